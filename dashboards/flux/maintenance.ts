/** Questions of who repairs: states, silence, buses, replacements of one building, `${immeuble}`. */
import { anomalyAnnotations, anomalyHistory, technicalTypes } from './anomalies.ts';
import { frenchFlags } from './flags.ts';
import { chosenBuilding, isKnown, orWords, pipe, query, select, wide } from './select.ts';

const where = [chosenBuilding];

const lastStates = pipe(select({ measurement: 'meter_state', fields: ['state'], where }), 'last()', 'group()');

/** Meters registered, and those in one state now: one number. */
export const registered = pipe(lastStates, 'count()');
export function metersIn(...states: readonly string[]): string {
  const isOne = states.map((state) => `r._value == "${state}"`).join(' or ');
  return pipe(lastStates, `map(fn: (r) => ({r with _value: if ${isOne} then 1 else 0}))`, 'sum()');
}

/** A series a meter, its last state a step. */
export const stateTimeline = orWords({
  imports: [],
  rows: pipe(
    select({ measurement: 'meter_state', fields: ['state'], where }),
    'aggregateWindow(every: v.windowPeriod, fn: last, createEmpty: false)',
    'group(columns: ["meter"])',
    'keep(columns: ["_time", "_value", "meter"])',
    'sort(columns: ["_time"])',
  ),
  column: 'meter',
  words: 'Aucun état',
  others: '_time: v.timeRangeStop, _value: ""',
  labels: ['meter'],
});

/** A row a meter, those that are not well first: state, last answer, silence in s, failed polls of the hour. */
export const lastAnswers = query(
  ['internal/debug'],
  pipe(
    select({
      measurement: 'meter_state',
      fields: ['state', 'seconds_since_reading', 'failures_1h', 'nulls'],
      where,
    }),
    'last()',
    'pivot(rowKey: ["_time", "meter"], columnKey: ["_field"], valueColumn: "_value")',
    'group()',
    `map(fn: (r) => ({r with known: ${isKnown('seconds_since_reading')}}))`,
    'map(fn: (r) => ({rang: if r.state == "actif" then 0 else 1, compteur: r.meter, etat: r.state, derniere: if r.known then time(v: int(v: r._time) - r.seconds_since_reading * 1000000000) else debug.null(type: "time"), silence: if r.known then r.seconds_since_reading else debug.null(type: "int"), echecs: r.failures_1h, verifie: r._time}))',
    'sort(columns: ["rang", "silence", "compteur"], desc: true)',
    'drop(columns: ["rang"])',
  ),
);

/** Failed polls of the last hour, a series a meter. */
export const failures = pipe(
  select({ measurement: 'meter_state', fields: ['failures_1h'], where }),
  'aggregateWindow(every: v.windowPeriod, fn: max, createEmpty: false)',
  'group(columns: ["meter"])',
  'keep(columns: ["_time", "_value", "meter"])',
  'sort(columns: ["_time"])',
);

/** Percent of failed polls a step, a series a bus; nothing where nothing was polled. */
export const busFailureShare = pipe(
  select({ measurement: 'bus_health', fields: ['polls', 'answers'], where }),
  'aggregateWindow(every: v.windowPeriod, fn: sum, createEmpty: false)',
  'pivot(rowKey: ["_time"], columnKey: ["_field"], valueColumn: "_value")',
  'filter(fn: (r) => r.polls > 0)',
  'map(fn: (r) => ({_time: r._time, bus: r.bus, _value: (1.0 - float(v: r.answers) / float(v: r.polls)) * 100.0}))',
  'group(columns: ["bus"])',
);

/** The same over the last hour of the range, over all buses. */
export const lastHourFailureShare = query(
  ['date'],
  pipe(
    select({
      measurement: 'bus_health',
      fields: ['polls', 'answers'],
      where,
      range: 'start: date.sub(d: 1h, from: v.timeRangeStop), stop: v.timeRangeStop',
    }),
    'group(columns: ["_field"])',
    'sum()',
    'map(fn: (r) => ({row: "all", _field: r._field, _value: r._value}))',
    'group()',
    'pivot(rowKey: ["row"], columnKey: ["_field"], valueColumn: "_value")',
    'filter(fn: (r) => r.polls > 0)',
    'map(fn: (r) => ({_value: (1.0 - float(v: r.answers) / float(v: r.polls)) * 100.0}))',
  ),
);

/** A count of failures a step, a series a bus. */
export function busCount(field: 'timeouts' | 'checksum_errors' | 'discarded_bytes' | 'implausible'): string {
  return pipe(
    select({ measurement: 'bus_health', fields: [field], where }),
    'aggregateWindow(every: v.windowPeriod, fn: sum, createEmpty: false)',
    'group(columns: ["bus"])',
    'keep(columns: ["_time", "_value", "bus"])',
    'sort(columns: ["_time"])',
  );
}

/** Seconds of a reading cycle, the longest of a step. A minute's point is never written again, so that no stale value can hide in it. */
export const cycle = pipe(
  select({ measurement: 'bus_health', fields: ['cycle_ms'], where }),
  'aggregateWindow(every: v.windowPeriod, fn: max, createEmpty: false)',
  'map(fn: (r) => ({_time: r._time, bus: r.bus, _value: r._value / 1000.0}))',
  'group(columns: ["bus"])',
);

/** Days with a replacement, a glitch, conflicting readings or a missing boundary, newest first. */
export const irregularDays = query(
  ['strings'],
  pipe(
    wide({
      measurement: 'meter_day',
      fields: ['flags', 'readings', 'glitches', 'conflicts', 'start_quality', 'end_quality', 'status'],
      where,
    }),
    'filter(fn: (r) => exists r.flags and r.flags =~ /[a-z]/ and r.status != "open")',
    'group()',
    `map(fn: (r) => ({jour: r._time, compteur: r.meter, drapeaux: ${frenchFlags}, mesures: r.readings, glitchs: r.glitches, conflits: r.conflicts, debut: r.start_quality, fin: r.end_quality}))`,
    'sort(columns: ["jour", "compteur"], desc: true)',
  ),
);

/** Days on which a meter was replaced, newest first. */
export const replacements = pipe(
  wide({ measurement: 'meter_day', fields: ['flags', 'energy_wh', 'status'], where }),
  'filter(fn: (r) => exists r.flags and r.flags =~ /(^|,)replaced(,|$)/)',
  'group()',
  'map(fn: (r) => ({jour: r._time, compteur: r.meter, energie: if exists r.energy_wh then float(v: r.energy_wh) / 1000.0 else 0.0, etat: r.status}))',
  'sort(columns: ["jour", "compteur"], desc: true)',
);

const technical = [...where, `r.type =~ ${technicalTypes}`];
export const history = anomalyHistory(technical);
export const annotations = anomalyAnnotations(technical);
