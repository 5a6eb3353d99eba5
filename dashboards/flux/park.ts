/** Questions over several buildings, `${immeubles}`: who needs a visit first. */
import { anomalyAnnotations, openAnomalies, openAnomalyCount, openOnes } from './anomalies.ts';
import { dayHasEnded, endedDaySeries, zeroWhereThereAreDays } from './days.ts';
import { localImports, localZone, startOfYesterday } from './local-time.ts';
import { chosenBuildings, isKnown, orNull, pipe, query, select, wide } from './select.ts';

const where = [chosenBuildings];

export const buildingCount = pipe(zeroWhereThereAreDays(where), 'group()', 'count()');
export const openCount = openAnomalyCount(zeroWhereThereAreDays(where), where);
export const openTable = openAnomalies(where).replace('type: r.type', 'immeuble: r.building, type: r.type');

/** Sum of the buildings' last ended days, kWh. */
export const lastDayKwh = pipe(
  endedDaySeries({ measurement: 'building_day', field: 'general_wh', divisor: 1000, labels: ['building'], where }),
  'tail(n: 1)',
  'group()',
  'sum()',
);

/** A row a building, the lowest leak ratio first: last ended day, kWh, ratios, completeness, open anomalies by severity. */
export const ranking = query(
  [...localImports, 'internal/debug'],
  localZone,
  startOfYesterday,
  `days = ${pipe(
    wide({
      measurement: 'building_day',
      fields: ['general_wh', 'leak_ratio', 'homogeneity', 'meters_reporting', 'meters_expected', 'status'],
      where,
    }),
    `filter(fn: (r) => ${dayHasEnded})`,
    'sort(columns: ["_time"])',
    'tail(n: 1)',
    'group()',
    `map(fn: (r) => ({building: r.building, jour: r._time, energie: ${orNull('general_wh', 1000)}, comptage: ${orNull('leak_ratio', 0.01)}, homogeneite: ${orNull('homogeneity')}, completude: if r.meters_expected > 0 then float(v: r.meters_reporting) / float(v: r.meters_expected) * 100.0 else debug.null(type: "float")}))`,
  )}`,
  `open = ${pipe(openOnes(where), 'map(fn: (r) => ({building: r.building, severity: r.severity, _value: 1}))')}`,
  // Every building has a row of each severity, so that the pivot always has its three columns.
  `zero = (severity) => days |> map(fn: (r) => ({building: r.building, severity: severity, _value: 0}))`,
  `counts = ${pipe(
    'union(tables: [open, zero(severity: "critique"), zero(severity: "majeur"), zero(severity: "mineur")])',
    'group(columns: ["building", "severity"])',
    'sum()',
    'group()',
    'pivot(rowKey: ["building"], columnKey: ["severity"], valueColumn: "_value")',
  )}`,
  pipe(
    'join(tables: {day: days, count: counts}, on: ["building"])',
    'map(fn: (r) => ({immeuble: r.building, jour: r.jour, comptage: r.comptage, homogeneite: r.homogeneite, completude: r.completude, energie: r.energie, critiques: r.critique, majeures: r.majeur, mineures: r.mineur}))',
    'sort(columns: ["comptage", "immeuble"])',
  ),
);

const byBuilding = (field: string, divisor = 1): string =>
  endedDaySeries({ measurement: 'building_day', field, divisor, labels: ['building'], where });

export const leakRatios = byBuilding('leak_ratio', 0.01);
export const homogeneities = byBuilding('homogeneity');
export const energies = byBuilding('general_wh', 1000);

/** Percent of the expected meters that are complete, a day. */
export const completeness = pipe(
  wide({ measurement: 'building_day', fields: ['meters_reporting', 'meters_expected', 'status'], where }),
  `filter(fn: (r) => ${dayHasEnded} and r.meters_expected > 0 and ${isKnown('meters_reporting')})`,
  'map(fn: (r) => ({_time: r._time, building: r.building, _value: float(v: r.meters_reporting) / float(v: r.meters_expected) * 100.0}))',
  'group(columns: ["building"])',
);

/** Open anomalies that a day had, a series a building. */
export const anomaliesPerDay = pipe(
  select({ measurement: 'building_day', fields: ['anomalies'], where }),
  'group(columns: ["building"])',
  'keep(columns: ["_time", "_value", "building"])',
  'sort(columns: ["_time"])',
);

export const annotations = anomalyAnnotations([...where, 'r.type =~ /^(fuite_energetique|depassement_puissance)$/']);
