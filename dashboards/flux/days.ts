/** Series and last values of the daily results: `_time` (the day's start) and `_value`, nothing else outside the group key. */
import { known, over, pipe, type Selection, select, wide } from './select.ts';

export interface DaySeries extends Pick<Selection, 'where' | 'range'> {
  readonly measurement: 'building_day' | 'meter_day';
  readonly field: string;
  /** 1000 for Wh to kWh or W to kW, 0.01 for a ratio to percent. */
  readonly divisor?: number;
  /** Tags that stay as labels. */
  readonly labels?: readonly string[];
  /** Further conditions on fields named in `also`. */
  readonly also?: readonly string[];
  readonly condition?: string;
}

/** A known value a day. */
export function daySeries(series: DaySeries): string {
  const { field, divisor = 1, labels = [], also = [], condition, ...selection } = series;
  const value = `float(v: r.${field})${over(divisor)}`;
  const columns = ['_time: r._time', ...labels.map((label) => `${label}: r.${label}`), `_value: ${value}`];
  return pipe(
    wide({ ...selection, fields: [field, ...also] }),
    known(field),
    ...(condition === undefined ? [] : [`filter(fn: (r) => ${condition})`]),
    `map(fn: (r) => ({${columns.join(', ')}}))`,
    ...(labels.length === 0 ? ['group()'] : [`group(columns: [${labels.map((label) => `"${label}"`).join(', ')}])`]),
    'sort(columns: ["_time"])',
  );
}

export const dayHasEnded = 'r.status != "open"';

/** The same over days that have ended. */
export function endedDaySeries(series: DaySeries): string {
  return daySeries({ ...series, also: ['status', ...(series.also ?? [])], condition: dayHasEnded });
}

/** The last ended day's known value. */
export function lastEndedDay(series: DaySeries): string {
  return pipe(endedDaySeries(series), 'tail(n: 1)');
}

/** Change of the last ended day against the known one before it, percent; nothing where that one was 0 or is missing. */
export function changeOfLastDay(series: DaySeries): string {
  return pipe(
    endedDaySeries(series),
    'tail(n: 2)',
    'reduce(identity: {before: 0.0, last: 0.0}, fn: (r, accumulator) => ({before: accumulator.last, last: r._value}))',
    'filter(fn: (r) => r.before > 0.0)',
    'map(fn: (r) => ({_value: (r.last / r.before - 1.0) * 100.0}))',
  );
}

/** A zero for every building that has days in the range: what counts and levels start from. */
export function zeroWhereThereAreDays(where: readonly string[]): string {
  return pipe(
    select({ measurement: 'building_day', fields: ['meters_expected'], where }),
    'last()',
    'map(fn: (r) => ({r with _value: 0}))',
  );
}
