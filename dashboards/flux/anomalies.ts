/**
 * Anomalies: the open ones, the history of a range, and annotations. Those that a day's analysis finds belong to that day and are found
 * again the next: the open ones are yesterday's and today's. Those that the clock finds (a silent meter, a bad bus) keep the day on which
 * they began until they are closed.
 */
import { uids } from '../parts/links.ts';
import { localImports, localZone, startOfYesterday } from './local-time.ts';
import { orNull, pipe, query, wide } from './select.ts';

const imports = [...localImports, 'internal/debug'];
/** Nobody leaves a meter silent for longer without changing the configuration. */
const liveDays = 90;
const sinceLongAgo = `start: date.sub(d: ${liveDays}d, from: yesterday), stop: v.timeRangeStop`;
const stillOpen =
  'filter(fn: (r) => r.open and (r._time >= yesterday or r.type =~ /^(compteur_silencieux|bus_degrade)$/))';
/** Of yesterday and today, each kind and place once: the newer. */
const newest = ['sort(columns: ["_time"])', 'tail(n: 1)'] as const;
const severityLevel = 'if r.severity == "critique" then 3 else if r.severity == "majeur" then 2 else 1';

const fields = [
  'severity',
  'text',
  'value',
  'threshold',
  'impact_wh',
  'lots',
  'open',
  'opened_at',
  'closed_at',
  'date',
];

/** Flux expression: a tag that anomalies of another kind do not have. */
const tagOrEmpty = (tag: string): string => `if exists r.${tag} then r.${tag} else ""`;

/** Kinds that are about meters, buses and data: the maintenance page shows why. */
export const technicalTypes =
  '/^(compteurs_defaillants|compteur_silencieux|compteur_fige|bus_degrade|donnees_incompletes|incoherence_comptage)$/';

const columns = [
  'jour: r._time',
  'gravite: r.severity',
  'type: r.type',
  `compteur: ${tagOrEmpty('meter')}`,
  `bus: ${tagOrEmpty('bus')}`,
  `page: if exists r.meter and exists r.lots and r.lots =~ /[0-9]/ then "${uids.lot}" else if r.type =~ ${technicalTypes} then "${uids.maintenance}" else "${uids.building}"`,
  'lots: if exists r.lots and r.lots =~ /[0-9]/ then r.lots else ""',
  'constat: r.text',
  `valeur: ${orNull('value')}`,
  `seuil: ${orNull('threshold')}`,
  `impact: ${orNull('impact_wh', 1000)}`,
  'ouverte: time(v: r.opened_at * 1000000)',
];

/** Rows of `wide` of what is open; needs `startOfYesterday` and the import `date`. */
export function openOnes(where: readonly string[]): string {
  return pipe(
    wide({ measurement: 'anomaly', fields: ['severity', 'open'], where, range: sinceLongAgo }),
    stillOpen,
    ...newest,
  );
}

/** Table of the open ones, the gravest first. */
export function openAnomalies(where: readonly string[]): string {
  return query(
    imports,
    localZone,
    startOfYesterday,
    pipe(
      wide({ measurement: 'anomaly', fields, where, range: sinceLongAgo }),
      stillOpen,
      ...newest,
      'group()',
      `map(fn: (r) => ({niveau: ${severityLevel}, ${columns.join(', ')}}))`,
      'sort(columns: ["niveau", "ouverte"], desc: true)',
      'drop(columns: ["niveau"])',
    ),
  );
}

/** How many are open, 0 where days were analysed and nothing is open. */
export function openAnomalyCount(zero: string, where: readonly string[]): string {
  return query(
    localImports,
    localZone,
    startOfYesterday,
    `zero = ${zero}`,
    `open = ${pipe(openOnes(where), 'map(fn: (r) => ({r with _value: 1}))')}`,
    pipe('union(tables: [zero, open])', 'group()', 'sum()'),
  );
}

/** 0 nothing, 1 minor, 2 major, 3 critical; 4 where the newest known day began more than 60 h before the range's end; nothing where none is known. */
export function buildingLevel(newestDay: string, where: readonly string[]): string {
  return query(
    localImports,
    localZone,
    startOfYesterday,
    `newest = ${newestDay}`,
    `open = ${pipe(openOnes(where), `map(fn: (r) => ({r with _value: ${severityLevel}}))`)}`,
    pipe('union(tables: [newest, open])', 'group()', 'max()', 'keep(columns: ["_value"])'),
  );
}

/** An anomaly stands at its day's start, which may be before that of the range. */
const daysThatTouch = 'start: date.sub(d: 25h, from: v.timeRangeStart), stop: v.timeRangeStop';

/** Table of the anomalies of the range's days, newest first, withdrawn ones included and said so. */
export function anomalyHistory(where: readonly string[]): string {
  const state = 'etat: if r.open then "Ouverte" else "Close"';
  return query(
    ['date', 'internal/debug'],
    pipe(
      wide({ measurement: 'anomaly', fields, where, range: daysThatTouch }),
      'group()',
      `map(fn: (r) => ({${[...columns, state].join(', ')}}))`,
      'sort(columns: ["jour", "type", "compteur"], desc: true)',
    ),
  );
}

/** Annotations: `time`, `timeEnd`, `text`, `tags` of anomalies that stand. */
export function anomalyAnnotations(where: readonly string[]): string {
  return pipe(
    wide({ measurement: 'anomaly', fields: ['severity', 'text', 'open'], where }),
    'filter(fn: (r) => r.open)',
    'group()',
    'map(fn: (r) => ({time: r._time, text: r.text, tags: r.type + "," + r.severity}))',
    'sort(columns: ["time"])',
  );
}
