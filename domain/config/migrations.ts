/** Older configuration files made new, one step a version. Version 1 is the first: nothing to do yet but to say so. */

type Migration = (file: Record<string, unknown>) => Record<string, unknown>;

/** `migrations[n]` takes a file of version n to n + 1. */
const migrations: Readonly<Record<number, Migration>> = {
  // A file without a version is of the time before there was one: same keys.
  0: (file) => ({ ...file, version: 1 }),
};

export function migrate(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  let file = value as Record<string, unknown>;
  for (
    let version = file.version ?? 0;
    typeof version === 'number' && migrations[version];
    version = file.version ?? 0
  ) {
    file = (migrations[version] as Migration)(file);
  }
  return file;
}
