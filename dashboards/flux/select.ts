/**
 * The start of every query: bucket, time range, measurement and fields, all checked against the schema of the domain, so that a
 * query cannot name a field that nobody writes.
 *
 * A point keeps an older value of a member that has since become unknown and lists it in the field `nulls`; `wide` brings `nulls`
 * along and `known` drops such rows, so that a stale value is never shown.
 *
 * A trap of Flux 0.195: a `map` whose record has constants and conditionals only, and no column of `r`, gives no rows or zeros (it is
 * vectorised without a length). Such maps are written `({r with …})`.
 */
import { type MeasurementName, type MeasurementSpec, measurements, nullsField } from '../../domain/measurements.ts';

export interface Selection {
  readonly measurement: MeasurementName;
  readonly fields: readonly string[];
  /** Flux conditions on tags of `r`, each a line of its own. */
  readonly where?: readonly string[];
  /** Flux arguments of `range`; the range that Grafana shows when left out. */
  readonly range?: string;
}

export const shownRange = 'start: v.timeRangeStart, stop: v.timeRangeStop';
/** What has no end of its own: periods of billing, lists of buildings. */
export const everRange = 'start: 2000-01-01T00:00:00Z, stop: 2100-01-01T00:00:00Z';

/** Conditions on the dashboards' variables, as Grafana fills them in. */
export const chosenBuilding = 'r.building == "${immeuble}"';
export const chosenBuildings = 'r.building =~ /^${immeubles:regex}$/';
export const chosenMeter = 'r.meter == "${compteur}"';

/** Points of some fields, one table a series. @throws Error for a field that the schema does not have */
export function select({ measurement, fields, where = [], range = shownRange }: Selection): string {
  const spec: MeasurementSpec = measurements[measurement];
  const names = new Set([...spec.fields.map(({ field }) => field), nullsField]);
  for (const field of fields) if (!names.has(field)) throw new Error(`${measurement} has no field ${field}`);
  const anyField = fields.map((field) => `r._field == "${field}"`).join(' or ');
  return pipe(
    `from(bucket: "${spec.bucket}")`,
    `range(${range})`,
    `filter(fn: (r) => r._measurement == "${measurement}")`,
    `filter(fn: (r) => ${anyField})`,
    ...where.map((condition) => `filter(fn: (r) => ${condition})`),
  );
}

/** One row an instant and series, a column a field, with `nulls` for `known`. */
export function wide(selection: Selection): string {
  return pipe(
    select({ ...selection, fields: [...selection.fields, nullsField] }),
    'pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")',
  );
}

/** Flux expression: true where a field of `wide` is known. The empty list, which is stored as one space, comes first because a regular expression is slow. */
export function isKnown(field: string): string {
  return `exists r.${field} and (not exists r.${nullsField} or r.${nullsField} == " " or r.${nullsField} !~ /(^|,)${field}(,|$)/)`;
}

/** Keeps the rows of `wide` in which every one of these fields is known. */
export function known(...fields: readonly string[]): string {
  return `filter(fn: (r) => ${fields.map(isKnown).join('\n      and ')})`;
}

/** Flux expression: a field of `wide` as a number over `divisor`, or null where it is unknown (needs the import `internal/debug`). */
export function orNull(field: string, divisor = 1): string {
  return `if ${isKnown(field)} then float(v: r.${field})${over(divisor)} else debug.null(type: "float")`;
}

/** Flux: ` / 1000.0`, ` * 100.0` for 0.01, or nothing for 1. */
export function over(divisor: number): string {
  if (divisor === 1) return '';
  return divisor < 1 ? ` * ${Math.round(1 / divisor)}.0` : ` / ${divisor}.0`;
}

/** A Flux pipeline: the source, then a call a line. */
export function pipe(source: string, ...calls: readonly string[]): string {
  return [source, ...calls.map((call) => `  |> ${call}`)].join('\n');
}

/**
 * Several pipelines of `_time`, `_value` and the same labels as one table a label set, with a column each (`A`, `B`, …): Grafana writes its
 * own English text over a panel of several empty answers.
 */
export function sideBySide(pipelines: readonly string[], labels: readonly string[]): string {
  const letters = pipelines.map((_, index) => String.fromCharCode(65 + index));
  return query(
    [],
    ...pipelines.map(
      (pipeline, index) => `line${letters[index]} = ${pipe(pipeline, `set(key: "line", value: "${letters[index]}")`)}`,
    ),
    pipe(
      `union(tables: [${letters.map((letter) => `line${letter}`).join(', ')}])`,
      `group(columns: [${labels.map((label) => `"${label}"`).join(', ')}])`,
      // Columns stand in the order in which pivot meets them: the legend and the stack follow it.
      'sort(columns: ["line", "_time"])',
      'pivot(rowKey: ["_time"], columnKey: ["line"], valueColumn: "_value")',
      'sort(columns: ["_time"])',
    ),
  );
}

/** A whole query: imports, options, then statements. */
export function query(imports: readonly string[], ...statements: readonly string[]): string {
  return [...imports.map((name) => `import "${name}"`), ...statements].join('\n');
}

export interface Fallback {
  readonly imports: readonly string[];
  readonly statements?: readonly string[];
  readonly rows: string;
  /** The text column that says that there is nothing, and with which words. */
  readonly column: string;
  readonly words: string;
  /** Flux: the other columns of that one row. */
  readonly others: string;
  readonly labels?: readonly string[];
}

/**
 * The rows, or one row of words where there are none: bar charts and state timelines have an English sentence of their own for an empty
 * answer, whatever the panel's text for that case is.
 */
export function orWords({ imports, statements = [], rows, column, words, others, labels = [] }: Fallback): string {
  return query(
    [...new Set(['array', ...imports])],
    ...statements,
    `found = ${rows}`,
    `nothing = ${pipe(
      `array.from(rows: [{${column}: "${words}"}])`,
      `map(fn: (r) => ({${column}: r.${column}, ${others}}))`,
      ...(labels.length === 0 ? [] : [`group(columns: [${labels.map((label) => `"${label}"`).join(', ')}])`]),
    )}`,
    `names = found |> findColumn(fn: (key) => true, column: "${column}")`,
    'if length(arr: names) == 0 then nothing else found',
  );
}
