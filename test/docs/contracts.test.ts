/** docs/contracts.md says what the code does, name by name. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createProgram } from '../../bin/releve.ts';
import { rejectCodes } from '../../domain/errors.ts';
import { buckets, type FieldSpec, measurements, nullsField } from '../../domain/measurements.ts';
import { topics } from '../../domain/topics.ts';

const page = readFileSync(new URL('../../docs/contracts.md', import.meta.url), 'utf8');
const rows = page.split('\n').filter((line) => line.startsWith('| `'));

function rowOf(name: string): string {
  const found = rows.find((row) => row.startsWith(`| \`${name}\` `));
  if (!found) throw new Error(`docs/contracts.md has no row for ${name}`);
  return found;
}

function written({ field, type }: FieldSpec): string {
  if (type === 'slots') return `${field}<slot>_wh`;
  if (type === 'phases') return field.replace('{}', '<n>');
  return field;
}

describe('docs/contracts.md', () => {
  it.each(Object.values(measurements))('lists every tag and field of $measurement', (measurement) => {
    const row = rowOf(measurement.measurement);
    const named = new Set([...row.matchAll(/`([^`]+)`/g)].map(([, name]) => name));
    const expected = [
      measurement.measurement,
      measurement.bucket,
      ...measurement.tags.map(([tag]) => tag),
      ...measurement.fields.map(written),
      nullsField,
    ];
    expect([...named].sort()).toEqual([...new Set(expected)].sort());
  });

  it.each(Object.values(topics))('says how long $name is kept', ({ name, cleanup, retentionMs }) => {
    expect(rowOf(`releve.${name}`)).toContain(
      `| ${cleanup} | ${retentionMs === null ? 'for ever' : `${retentionMs / 86_400_000} days`} |`,
    );
  });

  it.each(Object.values(buckets))('says how long $name is kept', ({ name, retentionSeconds }) => {
    expect(page).toContain(`\`${name}\` (${retentionSeconds / 86_400 / 365} y)`);
  });

  it('lists every code of a refused record, with the same advice', () => {
    for (const [code, advice] of Object.entries(rejectCodes)) expect(rowOf(code)).toBe(`| \`${code}\` | ${advice} |`);
  });

  it('lists every command, and no other', async () => {
    const section = page.slice(page.indexOf('## Command line'), page.indexOf('## Configuration'));
    const named = new Set(
      section
        .split('\n')
        .filter((line) => line.startsWith('| `'))
        .flatMap((row) => [...(row.split('|')[1] ?? '').matchAll(/`(\w+)`/g)].map(([, name]) => name)),
    );
    const commands = (await createProgram()).commands.map((command) => command.name());
    expect([...named].sort()).toEqual(commands.sort());
  });
});
