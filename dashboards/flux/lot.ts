/** Questions about one apartment, `${compteur}` of `${immeuble}`: a meter id, never a name. */
import { anomalyAnnotations, anomalyHistory } from './anomalies.ts';
import { changeOfLastDay, dayHasEnded, daySeries, endedDaySeries, lastEndedDay } from './days.ts';
import { frenchFlags } from './flags.ts';
import { localImports, localZone, startOfMonths } from './local-time.ts';
import { chosenBuilding, chosenMeter, everRange, known, orNull, orWords, pipe, query, select, wide } from './select.ts';

const where = [chosenBuilding, chosenMeter];
const day = (field: string, divisor = 1) => ({ measurement: 'meter_day', field, divisor, where }) as const;

/** Averages over fewer lots would tell about single ones. */
const lotsOfAnAverage = 5;

export const lastDayKwh = lastEndedDay(day('energy_wh', 1000));
export const lastDayChange = changeOfLastDay(day('energy_wh', 1000));
export const lastClass = pipe(
  wide({ measurement: 'meter_day', fields: ['class', 'status'], where }),
  known('class'),
  `filter(fn: (r) => ${dayHasEnded})`,
  'group()',
  'sort(columns: ["_time"])',
  'tail(n: 1)',
  'map(fn: (r) => ({classe: r.class}))',
);
export const monthToDateKwh = query(
  localImports,
  localZone,
  startOfMonths,
  pipe(daySeries({ ...day('energy_wh', 1000), range: 'start: thisMonth, stop: v.timeRangeStop' }), 'sum()'),
);
export const greatestPower = pipe(daySeries(day('power_max_w', 1000)), 'max()');

export const days = daySeries(day('energy_wh', 1000));
/** Mean of the building's known tenant meters a day, kWh, from five lots up. */
export const averageDays = daySeries({
  measurement: 'building_day',
  field: 'mean_wh',
  divisor: 1000,
  where: [chosenBuilding],
  also: ['known_n'],
  condition: `r.known_n >= ${lotsOfAnAverage}`,
});

/** A row a month, the last 12 of the range: this year's kWh, the year before's, the mean of the building's active lots. */
export const months = orWords({
  imports: ['strings', 'internal/debug'],
  statements: [
    `rows = ${pipe(
      wide({
        measurement: 'meter_period',
        fields: ['energy_wh', 'date', 'flags'],
        where: [...where, 'r.period == "month"', 'r.occupancy == "0"'],
        range: everRange,
      }),
      known('energy_wh'),
      'group()',
    )}`,
    'lot = rows |> map(fn: (r) => ({month: strings.substring(v: r.date, start: 0, end: 7), line: "mois", _value: float(v: r.energy_wh) / 1000.0}))',
    // Half a month would look like a rise a year later.
    `before = ${pipe(
      'rows',
      'filter(fn: (r) => not exists r.flags or r.flags !~ /(^|,)partial(,|$)/)',
      'map(fn: (r) => ({month: string(v: int(v: strings.substring(v: r.date, start: 0, end: 4)) + 1) + strings.substring(v: r.date, start: 4, end: 7), line: "annee_precedente", _value: float(v: r.energy_wh) / 1000.0}))',
    )}`,
    `average = ${pipe(
      wide({
        measurement: 'building_period',
        fields: ['mean_wh', 'active_lots', 'date'],
        where: [chosenBuilding, 'r.period == "month"'],
        range: everRange,
      }),
      known('mean_wh'),
      `filter(fn: (r) => r.active_lots >= ${lotsOfAnAverage})`,
      'group()',
      'map(fn: (r) => ({month: strings.substring(v: r.date, start: 0, end: 7), line: "moyenne", _value: float(v: r.mean_wh) / 1000.0}))',
    )}`,
  ],
  rows: pipe(
    'union(tables: [lot, before, average])',
    'group()',
    'pivot(rowKey: ["month"], columnKey: ["line"], valueColumn: "_value")',
    'filter(fn: (r) => exists r.mois)',
    'sort(columns: ["month"])',
    'tail(n: 12)',
    'map(fn: (r) => ({mois: strings.substring(v: r.month, start: 5, end: 7) + "/" + strings.substring(v: r.month, start: 0, end: 4), energie: r.mois, annee_precedente: if exists r.annee_precedente then r.annee_precedente else debug.null(type: "float"), moyenne: if exists r.moyenne then r.moyenne else debug.null(type: "float")}))',
  ),
  column: 'mois',
  words: 'Aucun mois analysé',
  others:
    'energie: debug.null(type: "float"), annee_precedente: debug.null(type: "float"), moyenne: debug.null(type: "float")',
});

/** Mean power a step, kW. */
export const loadCurve = pipe(
  select({ measurement: 'reading', fields: ['power_w'], where }),
  'aggregateWindow(every: v.windowPeriod, fn: mean, createEmpty: false)',
  'map(fn: (r) => ({_time: r._time, meter: r.meter, _value: r._value / 1000.0}))',
  'group(columns: ["meter"])',
);

export const peaks = daySeries(day('power_max_w', 1000));
export const nightFloor = endedDaySeries(day('night_floor_w'));

/** The ten greatest daily powers of the range with their instants. */
export const greatestPeaks = pipe(
  wide({ measurement: 'meter_day', fields: ['power_max_w', 'power_max_at'], where }),
  known('power_max_w', 'power_max_at'),
  'group()',
  'map(fn: (r) => ({instant: time(v: r.power_max_at * 1000000), puissance: r.power_max_w / 1000.0}))',
  'sort(columns: ["puissance"], desc: true)',
  'limit(n: 10)',
);

/** A row a day, newest first, with what a doubt needs: readings, state, flags, estimated part. */
export const dayTable = query(
  ['internal/debug', 'strings'],
  pipe(
    wide({
      measurement: 'meter_day',
      fields: ['energy_wh', 'power_max_w', 'readings', 'status', 'flags', 'estimated_wh', 'activity', 'revision'],
      where,
    }),
    'group()',
    `map(fn: (r) => ({jour: r._time, energie: ${orNull('energy_wh', 1000)}, pointe: ${orNull('power_max_w', 1000)}, mesures: r.readings, estimee: float(v: r.estimated_wh) / 1000.0, etat: r.status, statut: r.activity, drapeaux: ${frenchFlags}, revision: r.revision}))`,
    'sort(columns: ["jour"], desc: true)',
  ),
);

export const history = anomalyHistory(where);
export const annotations = anomalyAnnotations(where);
