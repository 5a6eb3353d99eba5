/**
 * Charges of one billing period: `${periode}` (month, quarter, year) that begins on the local date `${debut}`. These questions do
 * not follow the time range: a period is chosen by name.
 *
 * A period with a change of occupant has, beside the whole (occupancy 0), a point a stay; shares are those of the whole.
 */
import { eurosFunction } from './euros.ts';
import { frenchFlags } from './flags.ts';
import {
  chosenBuilding,
  everRange,
  isKnown,
  known,
  orNull,
  orWords,
  pipe,
  query,
  type Selection,
  wide,
} from './select.ts';

const noPeriod = 'Aucune période';
const inPeriod = [chosenBuilding, 'r.period == "${periode}"'];
const whole = [...inPeriod, 'r.occupancy == "0"'];
/** Flux expression: the amount as text, empty where euros are not shared. */
const amount = `if ${isKnown('amount_cents')} then euros(cents: r.amount_cents) else ""`;
const chosenDate = 'filter(fn: (r) => r.date == "${debut}")';

const buildingPeriods = (fields: readonly string[]): Selection => ({
  measurement: 'building_period',
  fields: [...fields, 'date'],
  where: inPeriod,
  range: everRange,
});
/** Rows of the lots: general and common meters have periods too, and no lot. */
const lotPeriods = (fields: readonly string[], where = whole): string =>
  pipe(
    wide({ measurement: 'meter_period', fields: [...fields, 'lot', 'date'], where, range: everRange }),
    known('lot'),
  );

/** `_value`: the dates on which the periods of this kind begin, newest first. */
export const periodStarts = pipe(
  wide(buildingPeriods(['tenants_wh'])),
  'group()',
  'keep(columns: ["date"])',
  'sort(columns: ["date"], desc: true)',
  'rename(columns: {date: "_value"})',
);

const chosenBuildingPeriod = (fields: readonly string[], ...calls: readonly string[]): string =>
  pipe(wide(buildingPeriods(fields)), chosenDate, 'group()', ...calls);

export const totalKwh = chosenBuildingPeriod(
  ['tenants_wh'],
  known('tenants_wh'),
  'map(fn: (r) => ({_value: float(v: r.tenants_wh) / 1000.0}))',
);
export const remainderKwh = chosenBuildingPeriod(
  ['remainder_wh'],
  known('remainder_wh'),
  'map(fn: (r) => ({_value: float(v: r.remainder_wh) / 1000.0}))',
);
export const totalAmount = query(
  [],
  eurosFunction,
  chosenBuildingPeriod(
    ['amount_cents'],
    known('amount_cents'),
    'map(fn: (r) => ({montant: euros(cents: r.amount_cents)}))',
  ),
);
/** Closed for billing, final or still moving. */
export const state = chosenBuildingPeriod(
  ['status', 'closed_at'],
  `map(fn: (r) => ({etat: if ${isKnown('closed_at')} then "cloturee" else r.status}))`,
);
export const estimatedShare = pipe(
  lotPeriods(['energy_wh', 'estimated_wh']),
  chosenDate,
  known('energy_wh'),
  'group()',
  'reduce(identity: {estimated: 0, energy: 0}, fn: (r, accumulator) => ({estimated: accumulator.estimated + r.estimated_wh, energy: accumulator.energy + r.energy_wh}))',
  'filter(fn: (r) => r.energy > 0)',
  'map(fn: (r) => ({_value: float(v: r.estimated) / float(v: r.energy) * 100.0}))',
);

const yearBefore = (date: string): string =>
  `string(v: int(v: strings.substring(v: ${date}, start: 0, end: 4)) - 1) + strings.substring(v: ${date}, start: 4, end: 10)`;

/** A year before only where it was read whole: half a month would look like a rise. */
const chosenOrWholeYearBefore =
  'filter(fn: (r) => r.date == "${debut}" or (r.date == before and (not exists r.flags or r.flags !~ /(^|,)partial(,|$)/)))';

/** Lots' kWh a billed day against the period a year before, percent, so that a running period compares; nothing without one. */
export const changeOfYear = query(
  ['strings'],
  `before = ${yearBefore('"${debut}"')}`,
  pipe(
    lotPeriods(['energy_wh', 'billed_days', 'flags']),
    known('energy_wh'),
    chosenOrWholeYearBefore,
    'filter(fn: (r) => r.billed_days > 0)',
    'map(fn: (r) => ({start: r._time, meter: r.meter, _value: float(v: r.energy_wh) / float(v: r.billed_days)}))',
    'group(columns: ["start"])',
    'sum()',
    'group()',
    'sort(columns: ["start"])',
    'reduce(identity: {before: 0.0, last: 0.0}, fn: (r, accumulator) => ({before: accumulator.last, last: r._value}))',
    'filter(fn: (r) => r.before > 0.0)',
    'map(fn: (r) => ({_value: (r.last / r.before - 1.0) * 100.0}))',
  ),
);

/** A running period is partial by nature. */
const remarks = `if r.status == "open" and r.flags == "partial" then "" else ${frenchFlags}`;

/** A row a lot: kWh, shares in percent, deviation in points, billed days, estimated kWh, amount. */
export const shares = query(
  ['internal/debug', 'strings'],
  eurosFunction,
  pipe(
    lotPeriods([
      'energy_wh',
      'share_pct',
      'equal_share_pct',
      'deviation_pct',
      'billed_days',
      'estimated_wh',
      'amount_cents',

      'activity',
      'status',
      'flags',
    ]),
    chosenDate,
    'group()',
    `map(fn: (r) => ({lot: r.lot, compteur: r.meter, energie: ${orNull('energy_wh', 1000)}, part: r.share_pct, egale: r.equal_share_pct, ecart: r.deviation_pct, jours: r.billed_days, estimee: float(v: r.estimated_wh) / 1000.0, montant: ${amount}, statut: r.activity, etat: r.status, drapeaux: ${remarks}}))`,
    'sort(columns: ["lot", "compteur"])',
  ),
);

/** A row a stay of an occupant or of a vacancy within the period: who pays, occupant or owner. */
export const stays = query(
  ['internal/debug'],
  eurosFunction,
  pipe(
    lotPeriods(['energy_wh', 'billed_days', 'amount_cents', 'payer'], [...inPeriod, 'r.occupancy != "0"']),
    chosenDate,
    'group()',
    `map(fn: (r) => ({lot: r.lot, compteur: r.meter, debut: time(v: int(v: r.occupancy) * 1000000), energie: ${orNull('energy_wh', 1000)}, jours: r.billed_days, payeur: r.payer, montant: ${amount}}))`,
    'sort(columns: ["lot", "debut"])',
  ),
);

/** A row a lot: kWh of the period and of the one a year before, for the bars. */
export const yearComparison = orWords({
  imports: ['strings', 'internal/debug'],
  statements: [`before = ${yearBefore('"${debut}"')}`],
  rows: pipe(
    lotPeriods(['energy_wh', 'flags']),
    known('energy_wh'),
    chosenOrWholeYearBefore,
    'group()',
    'map(fn: (r) => ({compteur: r.meter, line: if r.date == before then "before" else "energy", _value: float(v: r.energy_wh) / 1000.0}))',
    'pivot(rowKey: ["compteur"], columnKey: ["line"], valueColumn: "_value")',
    'filter(fn: (r) => exists r.energy)',
    'map(fn: (r) => ({compteur: r.compteur, energie: r.energy, annee_precedente: if exists r.before then r.before else debug.null(type: "float")}))',
    'sort(columns: ["compteur"])',
  ),
  column: 'compteur',
  words: noPeriod,
  others: 'energie: debug.null(type: "float"), annee_precedente: debug.null(type: "float")',
});

/** Deviation from the equal share, in points, a lot. */
export const deviations = orWords({
  imports: ['internal/debug'],
  rows: pipe(
    lotPeriods(['deviation_pct']),
    chosenDate,
    'group()',
    'map(fn: (r) => ({compteur: r.meter, ecart: r.deviation_pct}))',
    'sort(columns: ["compteur"])',
  ),
  column: 'compteur',
  words: noPeriod,
  others: 'ecart: debug.null(type: "float")',
});

/** Corrections of closed periods of this kind, newest first. */
export const adjustments = query(
  ['internal/debug'],
  eurosFunction,
  pipe(
    wide({
      measurement: 'adjustment',
      fields: ['energy_wh', 'amount_cents', 'reason', 'made_at', 'lot', 'date'],
      where: inPeriod,
      range: everRange,
    }),
    'group()',
    `map(fn: (r) => ({faite: time(v: r.made_at * 1000000), periode: r.date, lot: r.lot, compteur: r.meter, energie: float(v: r.energy_wh) / 1000.0, montant: ${amount}, motif: r.reason}))`,
    'sort(columns: ["faite"], desc: true)',
  ),
);
