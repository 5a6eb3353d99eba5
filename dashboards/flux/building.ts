/** Questions of the syndic's first page: one building, `${immeuble}`, over the shown range. */
import { interpretHomogeneity } from '../../domain/homogeneity.ts';
import { type AnomalyType, severityOf } from '../../domain/results.ts';
import { anomalyAnnotations, anomalyHistory, buildingLevel, openAnomalies, openAnomalyCount } from './anomalies.ts';
import {
  changeOfLastDay,
  dayHasEnded,
  daySeries,
  endedDaySeries,
  lastEndedDay,
  zeroWhereThereAreDays,
} from './days.ts';
import { localImports, localZone, startOfMonths } from './local-time.ts';
import { chosenBuilding, isKnown, known, orWords, pipe, query, wide } from './select.ts';

const where = [chosenBuilding];
const day = (field: string, divisor = 1) => ({ measurement: 'building_day', field, divisor, where }) as const;

/**
 * 4 where the newest day of which anything is known began more than 60 h before the end of the range: nothing was read since. No row where
 * nothing is known at all: then nobody can say that all is well.
 */
const newestDay = pipe(
  wide({ measurement: 'building_day', fields: ['known_n', 'general_wh'], where }),
  `filter(fn: (r) => r.known_n > 0 or ${isKnown('general_wh')})`,
  'group()',
  'sort(columns: ["_time"])',
  'tail(n: 1)',
  'map(fn: (r) => ({r with _value: if int(v: v.timeRangeStop) - int(v: r._time) > 216000000000000 then 4 else 0}))',
);

export const level = buildingLevel(newestDay, where);
export const openCount = openAnomalyCount(zeroWhereThereAreDays(where), where);
export const openTable = openAnomalies(where);
export const history = anomalyHistory(where);
/** Marks for every minor finding would hide the curves. */
const grave = Object.keys(severityOf).filter((type) => severityOf[type as AnomalyType] !== 'mineur');
export const annotations = anomalyAnnotations([...where, `r.type =~ /^(${grave.join('|')})$/`]);

export const lastDayKwh = lastEndedDay(day('general_wh', 1000));
export const lastDayChange = changeOfLastDay(day('general_wh', 1000));

const monthRange = 'start: lastMonth, stop: v.timeRangeStop';

/** kWh of the general meter from the first of the month on, the current day included. */
export const monthToDateKwh = query(
  localImports,
  localZone,
  startOfMonths,
  pipe(daySeries({ ...day('general_wh', 1000), range: 'start: thisMonth, stop: v.timeRangeStop' }), 'sum()'),
);

/** Ended days of this month against the same days of the last one, as far as both are known: percent. */
export const monthToDateChange = query(
  [...localImports, 'strings'],
  localZone,
  startOfMonths,
  pipe(
    wide({ measurement: 'building_day', fields: ['general_wh', 'status', 'date'], where, range: monthRange }),
    known('general_wh'),
    `filter(fn: (r) => ${dayHasEnded})`,
    'map(fn: (r) => ({month: if r._time >= thisMonth then "this" else "last", day: strings.substring(v: r.date, start: 8, end: 10), _value: float(v: r.general_wh)}))',
    'group()',
    'pivot(rowKey: ["day"], columnKey: ["month"], valueColumn: "_value")',
    'filter(fn: (r) => exists r.this and exists r.last)',
    'reduce(identity: {this: 0.0, last: 0.0}, fn: (r, accumulator) => ({this: accumulator.this + r.this, last: accumulator.last + r.last}))',
    'filter(fn: (r) => r.last > 0.0)',
    'map(fn: (r) => ({_value: (r.this / r.last - 1.0) * 100.0}))',
  ),
);

export const lastLeakRatio = lastEndedDay(day('leak_ratio', 0.01));
export const leakRatioHistory = endedDaySeries(day('leak_ratio', 0.01));

export const lastHomogeneity = lastEndedDay(day('homogeneity'));
export const homogeneityHistory = endedDaySeries(day('homogeneity'));
/** The analysis's own sentences, found by asking it just above each of its limits. */
const sentences = [80, 60, 40].map(
  (limit) => `if r._value > ${limit}.0 then "${interpretHomogeneity(limit + 1)}" else `,
);
export const homogeneitySentence = pipe(
  lastEndedDay(day('homogeneity')),
  `map(fn: (r) => ({r with phrase: ${sentences.join('')}"${interpretHomogeneity(0)}"}))`,
);

/** `20/20`: complete tenant meters of the expected ones, last ended day. */
export const completeness = pipe(
  wide({ measurement: 'building_day', fields: ['meters_reporting', 'meters_expected', 'status'], where }),
  `filter(fn: (r) => ${dayHasEnded})`,
  'group()',
  'sort(columns: ["_time"])',
  'tail(n: 1)',
  'map(fn: (r) => ({releves: string(v: r.meters_reporting) + "/" + string(v: r.meters_expected)}))',
);
export const reportingHistory = endedDaySeries(day('meters_reporting'));
export const expectedHistory = endedDaySeries(day('meters_expected'));

/** Percent of the contracted power that the last ended day's peak took, as the anomaly is judged. */
export const lastPeakShare = pipe(
  wide({ measurement: 'building_day', fields: ['peak_va', 'contracted_va', 'status'], where }),
  known('peak_va', 'contracted_va'),
  `filter(fn: (r) => ${dayHasEnded})`,
  'group()',
  'sort(columns: ["_time"])',
  'tail(n: 1)',
  'map(fn: (r) => ({_time: r._time, _value: r.peak_va / r.contracted_va * 100.0}))',
);
export const peakHistory = daySeries(day('power_max_w', 1000));
export const demandHistory = daySeries(day('demand_max_w', 1000));
export const meanPowerHistory = daySeries(day('power_mean_w', 1000));
/** The contracted power of each day in kW, kVA × cos φ. */
export const limitHistory = pipe(
  wide({ measurement: 'building_day', fields: ['contracted_va', 'cos_phi'], where }),
  known('contracted_va', 'cos_phi'),
  'map(fn: (r) => ({_time: r._time, _value: r.contracted_va * r.cos_phi / 1000.0}))',
  'group()',
  'sort(columns: ["_time"])',
);

export const tenantsHistory = daySeries(day('tenants_wh', 1000));
export const commonHistory = daySeries(day('common_wh', 1000));
export const remainderHistory = daySeries(day('remainder_wh', 1000));

const classNames = ['faible', 'moyen', 'eleve', 'tres_eleve'] as const;
/** Number of lots a class, last ended day: one row with a column a class. */
export const classes = orWords({
  imports: ['strings', 'internal/debug'],
  rows: pipe(
    wide({
      measurement: 'building_day',
      fields: ['class_faible', 'class_moyen', 'class_eleve', 'class_tres_eleve', 'status', 'date'],
      where,
    }),
    `filter(fn: (r) => ${dayHasEnded})`,
    'group()',
    'sort(columns: ["_time"])',
    'tail(n: 1)',
    'map(fn: (r) => ({jour: strings.substring(v: r.date, start: 8, end: 10) + "/" + strings.substring(v: r.date, start: 5, end: 7) + "/" + strings.substring(v: r.date, start: 0, end: 4), class_faible: r.class_faible, class_moyen: r.class_moyen, class_eleve: r.class_eleve, class_tres_eleve: r.class_tres_eleve}))',
  ),
  column: 'jour',
  words: 'Aucun jour analysé',
  others: classNames.map((name) => `class_${name}: debug.null(type: "int")`).join(', '),
});

const part = (name: string, source: string, ...calls: readonly string[]): string =>
  `${name} = ${pipe(source, ...calls)} |> map(fn: (r) => ({compteur: r.meter, part: "${name}", _value: float(v: r.${source === 'powers' ? 'power_max_w' : 'energy_wh'})}))`;

/**
 * A row a tenant meter, the greatest consumer first: kWh of the range's ended days, mean a day, days known, greatest power in kW.
 * Sums are Flux's own: functions of our own for each of a year's rows would take a second.
 */
export const ranking = query(
  ['internal/debug'],
  `days = ${pipe(
    wide({
      measurement: 'meter_day',
      fields: ['energy_wh', 'power_max_w', 'status'],
      where: [...where, 'r.role == "tenant"'],
    }),
    `filter(fn: (r) => ${dayHasEnded})`,
  )}`,
  `energies = days |> ${known('energy_wh')}`,
  `powers = days |> ${known('power_max_w')}`,
  part('energie', 'energies', 'sum(column: "energy_wh")'),
  part('jours', 'energies', 'count(column: "energy_wh")'),
  part('pointe', 'powers', 'max(column: "power_max_w")'),
  pipe(
    'union(tables: [energie, jours, pointe])',
    'group()',
    'pivot(rowKey: ["compteur"], columnKey: ["part"], valueColumn: "_value")',
    'filter(fn: (r) => exists r.energie)',
    'map(fn: (r) => ({compteur: r.compteur, energie: r.energie / 1000.0, moyenne: r.energie / r.jours / 1000.0, jours: int(v: r.jours), pointe: if exists r.pointe then r.pointe / 1000.0 else debug.null(type: "float")}))',
    'sort(columns: ["energie"], desc: true)',
  ),
);

/** Recommendations that stand at the end of the range, the most urgent first. */
export const recommendations = pipe(
  wide({ measurement: 'recommendation', fields: ['priority', 'domain', 'action', 'text', 'open'], where }),
  'sort(columns: ["_time"])',
  'tail(n: 1)',
  'filter(fn: (r) => r.open)',
  'map(fn: (r) => ({rang: if r.priority == "critique" then 1 else if r.priority == "haute" then 2 else if r.priority == "moyenne" then 3 else 4, priorite: r.priority, domaine: r.domain, action: r.action, conseil: r.text, jour: r._time}))',
  'group()',
  'sort(columns: ["rang", "action"])',
  'drop(columns: ["rang"])',
);
