/**
 * What every question must answer on the data set, counted from its results and readings without any Flux. A number: the one value
 * of the answer; an array of numbers: the column `_value` in order; `rows`: the rows of a table with the named columns; `series`: a
 * number for each value of a label.
 */
import type { MeterDay } from '../../domain/results.ts';
import { stepMs } from './dataset/as-grafana.ts';
import { calendar, endedDays, minute, now, yesterday } from './dataset/clock.ts';
import { buildingDays, meterDays, neighbours, replacement, sentenceOf } from './dataset/days.ts';
import { anomalies, openNow, recommendations } from './dataset/findings.ts';
import type { Row } from './dataset/flux-answer.ts';
import { building, common, meters, quarters, tenants } from './dataset/load.ts';
import { adjustment, buildingPeriods, meterPeriods, movedMeter, moveIn } from './dataset/periods.ts';
import { awayTo, buses, failuresOf, minutes, pipeline, secondsSince, stateOf } from './dataset/telemetry.ts';
import { chosen } from './questions.ts';

export type Expected =
  | number
  | readonly number[]
  | { readonly text: string }
  | { readonly column: readonly string[] }
  | { readonly rows: readonly Row[] }
  | { readonly label: string; readonly series: Readonly<Record<string, number>> }
  | { readonly count: number; readonly tables: number };

/** Differences of the shown range or of the selectors. */
export interface Setting {
  readonly from?: number;
  readonly variables?: Readonly<Record<string, string>>;
}

const march = calendar.day('2026-03-01').start;
const last = buildingDays.find((day) => day.start === yesterday.start)!;
const before = buildingDays[buildingDays.indexOf(last) - 1]!;
const inMarch = buildingDays.filter((day) => day.start >= march);
const endedMarch = inMarch.filter((day) => day.status !== 'open');
const february = buildingDays.filter((day) => day.date.startsWith('2026-02'));
const kwh = (wh: number | null): number => wh! / 1000;
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const iso = (at: number): string => new Date(at).toISOString().replace('.000', '');

/** March has had 29 ended days, February 28: the comparison is over the 28 that both have. */
const monthChange =
  (sum(endedMarch.slice(0, 28).map((day) => day.generalWh!)) / sum(february.map((day) => day.generalWh!)) - 1) * 100;

const lotDays = meterDays.filter((day) => day.meter === chosen.compteur);
const lotMarch = lotDays.filter((day) => day.start >= march);
const lotYesterday = lotDays.at(-2)!;

const openRows = openNow
  .map((anomaly) => ({
    type: anomaly.type,
    compteur: anomaly.meter ?? '',
    bus: anomaly.bus ?? '',
    impact: anomaly.impactWh === null ? null : kwh(anomaly.impactWh),
    valeur: anomaly.value,
  }))
  // The gravest first, then the newest; within one instant in the order of the store.
  .sort((a, b) => order(a.type) - order(b.type));
function order(type: string): number {
  return [
    'compteur_silencieux',
    'compteur_fige',
    'fuite_energetique',
    'surconsommation_locataire',
    'bus_degrade',
  ].indexOf(type);
}

const ranking = tenants
  .map((meter) => {
    const known = meterDays.filter(
      (day) => day.meter === meter && day.start >= march && day.status !== 'open' && day.energyWh !== null,
    );
    const energie = sum(known.map((day) => kwh(day.energyWh)));
    return {
      compteur: meter,
      energie,
      jours: known.length,
      moyenne: energie / known.length,
      pointe: Math.max(...known.map((day) => kwh(day.powerMaxW))),
    };
  })
  .sort((a, b) => b.energie - a.energie);

const period = (kind: string, date: string) =>
  buildingPeriods.find((found) => found.period === kind && found.date === date)!;
const shares = (date: string) =>
  meterPeriods.filter(
    (found) => found.period === 'month' && found.date === date && found.occupancy === 0 && found.lot !== null,
  );
const perDay = (date: string): number => sum(shares(date).map((share) => share.energyWh! / share.billedDays));
const euros = (cents: number): string => {
  const [whole, part] = (Math.abs(cents) / 100).toFixed(2).split('.') as [string, string];
  return `${cents < 0 ? '-' : ''}${whole.replace(/\B(?=(\d{3})+$)/g, '\u00a0')},${part}\u00a0€`;
};

const lastMinute = minutes.at(-1)!;
const lastDay = now - 24 * 60 * minute;
const shown = <T extends { readonly at: number }>(items: readonly T[]): T[] =>
  items.filter(({ at }) => at >= lastDay && at < now);
const countIn = (component: string | null, field: 'used' | 'late' | 'rejected'): number =>
  sum(
    [
      ...Map.groupBy(
        shown(pipeline).filter((point) => component === null || point.component === component),
        (point) => `${point.component}/${point.partition}`,
      ).values(),
    ].map(
      // `increase` starts from the first value of the range.
      (points) => points.at(-1)![field] - points[0]![field],
    ),
  );
const lastOfPart = (component: string, partition: string) =>
  pipeline.filter((point) => point.component === component && point.partition === partition).at(-1)!;

const months = (kind: 'lot' | 'average') =>
  calendar
    .between('month', calendar.day('2025-04-01').start, now)
    .map(({ date }) =>
      kind === 'lot'
        ? kwh(
            meterPeriods.find(
              (found) =>
                found.meter === chosen.compteur &&
                found.period === 'month' &&
                found.date === date &&
                found.occupancy === 0,
            )!.energyWh,
          )
        : kwh(period('month', date).meanWh),
    );

const ofBuilding = (pick: (day: (typeof buildingDays)[number]) => number): Expected => ({
  label: 'building',
  series: Object.fromEntries(
    [building, 'ACACIAS', 'PEUPLIERS'].map((name) => {
      const found = [...buildingDays, ...neighbours].filter(
        (day) => day.building === name && day.start >= march && day.status !== 'open',
      );
      return [name, pick(found.at(-1)!)];
    }),
  ),
});
const history = (found: readonly (typeof anomalies)[number][]): Expected => ({ count: found.length, tables: 1 });
const technical = [
  'compteurs_defaillants',
  'compteur_silencieux',
  'compteur_fige',
  'bus_degrade',
  'donnees_incompletes',
  'incoherence_comptage',
];
const marchAnomalies = anomalies.filter((anomaly) => anomaly.start >= march);
const lastHour = buses.filter(({ at }) => at >= now - 60 * minute && at < now);
const byMeter = (value: (meter: string) => number): Expected => ({
  label: 'meter',
  series: Object.fromEntries(meters.map((meter) => [meter, value(meter)])),
});
const byBus = (value: (bus: string) => number): Expected => ({
  label: 'bus',
  series: { 'bus-1': value('bus-1'), 'bus-2': value('bus-2') },
});
const steps = 24 * 60;

/** Steps lie on multiples of their length; those without a reading are left out. */
function stepsWithReadings(from: number, to: number): number {
  const step = stepMs(from, to);
  return new Set(quarters.filter((at) => at >= from && at < to).map((at) => Math.floor(at / step))).size;
}

const ingestHour = pipeline.filter(({ component, at }) => component === 'ingest' && at >= now - 60 * minute);
const lastHourRejected = ingestHour.at(-1)!.rejected - ingestHour[0]!.rejected;

const flagged = meterDays.filter((day): day is MeterDay => day.flags.length > 0 && day.status !== 'open');

export const expected: Readonly<Record<string, Expected>> = {
  'immeuble/variable immeuble': { column: ['ACACIAS', 'PEUPLIERS', building] },
  'immeuble/annotation': {
    count: marchAnomalies.filter(({ open, severity }) => open && severity !== 'mineur').length,
    tables: 1,
  },
  'immeuble/1 A': 2,
  'immeuble/2 A': openNow.length,
  'immeuble/3 A': { text: '20/20' },
  'immeuble/4 A': last.homogeneity!,
  'immeuble/5 A': { text: sentenceOf(last) },
  'immeuble/6 A': kwh(last.generalWh),
  'immeuble/6 B': (last.generalWh! / before.generalWh! - 1) * 100,
  'immeuble/7 A': sum(inMarch.map((day) => kwh(day.generalWh))),
  'immeuble/7 B': monthChange,
  'immeuble/8 A': last.leakRatio! * 100,
  'immeuble/9 A': (last.powerMaxW! / 0.95 / 36_000) * 100,
  'immeuble/20 A': { rows: openRows },
  'immeuble/21 A': {
    rows: recommendations
      .filter(({ open, code }) => open && code !== 'augmenter_puissance')
      .map(({ action, text }) => ({ action, conseil: text })),
  },
  'immeuble/10 A': inMarch.map((day) => kwh(day.tenantsWh)),
  'immeuble/10 B': inMarch.map((day) => kwh(day.commonWh)),
  'immeuble/10 C': inMarch.flatMap((day) => (day.remainderWh === null ? [] : [kwh(day.remainderWh)])),
  'immeuble/11 A': endedMarch.flatMap((day) => (day.leakRatio === null ? [] : [day.leakRatio * 100])),
  'immeuble/12 A': inMarch.map((day) => kwh(day.powerMaxW)),
  'immeuble/12 B': inMarch.map((day) => kwh(day.demandMaxW)),
  'immeuble/12 C': inMarch.map((day) => kwh(day.powerMeanW)),
  'immeuble/12 D': inMarch.map(() => 34.2),
  'immeuble/13 A': {
    rows: [
      {
        jour: '29/03/2026',
        class_faible: last.classFaible,
        class_moyen: last.classMoyen,
        class_eleve: last.classEleve,
        class_tres_eleve: last.classTresEleve,
      },
    ],
  },
  'immeuble/14 A': { rows: ranking },
  'immeuble/15 A': endedMarch.map((day) => day.homogeneity!),
  'immeuble/16 A': endedMarch.map((day) => day.metersReporting),
  'immeuble/16 B': endedMarch.map((day) => day.metersExpected),
  'immeuble/22 A': history(marchAnomalies),

  'charges/variable immeuble': { column: ['ACACIAS', 'PEUPLIERS', building] },
  'charges/variable debut': {
    column: buildingPeriods
      .filter((found) => found.period === 'month')
      .map((found) => found.date)
      .reverse(),
  },
  'charges/1 A': kwh(period('month', chosen.debut).tenantsWh),
  'charges/2 A': { text: euros(period('month', chosen.debut).amountCents!) },
  'charges/3 A': { text: 'final' },
  'charges/4 A': 100_000 / period('month', chosen.debut).tenantsWh,
  'charges/5 A': (perDay('2026-03-01') / perDay('2025-03-01') - 1) * 100,
  'charges/6 A': kwh(period('month', chosen.debut).remainderWh),
  'charges/10 A': {
    rows: shares(chosen.debut).map((share) => ({
      lot: share.lot,
      compteur: share.meter,
      energie: kwh(share.energyWh),
      part: share.sharePct,
      egale: 5,
      ecart: share.deviationPct,
      jours: 28,
      montant: euros(share.amountCents!),
      drapeaux: '',
    })),
  },
  'charges/11 A': { rows: shares(chosen.debut).map((share) => ({ compteur: share.meter, ecart: share.deviationPct })) },
  'charges/12 A': {
    rows: shares('2026-03-01').map((share, index) => ({
      compteur: share.meter,
      energie: kwh(share.energyWh),
      annee_precedente: kwh(shares('2025-03-01')[index]!.energyWh),
    })),
  },
  'charges/13 A': {
    rows: meterPeriods
      .filter(({ occupancy }) => occupancy !== 0)
      .map((stay) => ({
        compteur: movedMeter,
        debut: iso(stay.occupancy),
        energie: kwh(stay.energyWh),
        payeur: stay.occupancy === moveIn ? 'owner' : 'occupant',
        montant: euros(stay.amountCents!),
      })),
  },
  'charges/14 A': {
    rows: [
      {
        compteur: adjustment.meter,
        energie: -1.25,
        montant: euros(-25),
        motif: adjustment.reason,
        periode: adjustment.date,
      },
    ],
  },

  'lot/variable immeuble': { column: ['ACACIAS', 'PEUPLIERS', building] },
  'lot/variable compteur': { column: tenants },
  'lot/annotation': { count: 2, tables: 1 },
  'lot/1 A': kwh(lotYesterday.energyWh),
  'lot/1 B': (lotYesterday.energyWh! / lotDays.at(-3)!.energyWh! - 1) * 100,
  'lot/2 A': { text: lotYesterday.class! },
  'lot/3 A': sum(lotMarch.map((day) => kwh(day.energyWh))),
  'lot/4 A': Math.max(...lotMarch.map((day) => kwh(day.powerMaxW))),
  'lot/10 A': lotMarch.map((day) => kwh(day.energyWh)),
  'lot/10 B': inMarch.map((day) => kwh(day.meanWh)),
  'lot/11 A': {
    rows: months('lot').map((energie, index) => ({
      mois: `${String(((index + 3) % 12) + 1).padStart(2, '0')}/${index < 9 ? 2025 : 2026}`,
      energie,
      moyenne: months('average')[index]!,
      annee_precedente:
        index === 11
          ? kwh(
              meterPeriods.find(
                (found) => found.meter === chosen.compteur && found.period === 'month' && found.date === '2025-03-01',
              )!.energyWh,
            )
          : null,
    })),
  },
  'lot/12 A': { count: stepsWithReadings(march, now), tables: 1 },
  'lot/13 A': lotMarch.map((day) => kwh(day.powerMaxW)),
  'lot/14 A': lotMarch.filter((day) => day.status !== 'open').map((day) => day.nightFloorW!),
  'lot/15 A': {
    rows: lotMarch
      .map((day) => ({ puissance: kwh(day.powerMaxW) }))
      .sort((a, b) => b.puissance - a.puissance)
      .slice(0, 10),
  },
  'lot/16 A': history(marchAnomalies.filter(({ meter }) => meter === chosen.compteur)),
  'lot/17 A': {
    rows: lotMarch
      .map((day) => ({
        jour: iso(day.start),
        energie: kwh(day.energyWh),
        mesures: day.readings,
        etat: day.status,
        drapeaux: day.status === 'open' ? 'partiel' : '',
      }))
      .reverse(),
  },

  'maintenance/variable immeuble': { column: ['ACACIAS', 'PEUPLIERS', building] },
  'maintenance/annotation': { count: 2, tables: 1 },
  'maintenance/1 A': meters.length,
  'maintenance/2 A': meters.filter((meter) => stateOf(meter, lastMinute) === 'actif').length,
  'maintenance/3 A': 2,
  'maintenance/4 A': 1,
  'maintenance/5 A': 1,
  'maintenance/6 A': 100 * (1 - sum(lastHour.map(({ answers }) => answers)) / sum(lastHour.map(({ polls }) => polls))),
  'maintenance/10 A': { count: meters.length * steps, tables: meters.length },
  'maintenance/11 A': {
    rows: ['LOC18', 'LOC03', 'LOC15', 'LOC05'].map((meter) => ({
      compteur: meter,
      etat: stateOf(meter, lastMinute),
      silence: secondsSince(meter, lastMinute),
      echecs: failuresOf(meter, lastMinute),
    })),
  },
  'maintenance/12 A': byMeter((meter) => failuresOf(meter, lastMinute)),
  'maintenance/13 A': { count: 2 * steps, tables: 2 },
  'maintenance/14 A': { count: shown(buses).filter(({ cycleMs }) => cycleMs !== null).length, tables: 2 },
  'maintenance/15 A': byBus((bus) =>
    sum(
      shown(buses)
        .filter((point) => point.bus === bus)
        .map((point) => point.timeouts),
    ),
  ),
  'maintenance/15 B': byBus((bus) =>
    sum(
      shown(buses)
        .filter((point) => point.bus === bus)
        .map((point) => point.checksumErrors),
    ),
  ),
  'maintenance/15 C': byBus((bus) =>
    sum(
      shown(buses)
        .filter((point) => point.bus === bus)
        .map((point) => point.implausible ?? 0),
    ),
  ),
  'maintenance/16 A': byBus((bus) =>
    sum(
      shown(buses)
        .filter((point) => point.bus === bus)
        .map((point) => point.discardedBytes),
    ),
  ),
  'maintenance/17 A': { rows: [{ compteur: replacement.meter, jour: iso(calendar.day(replacement.date).start) }] },
  'maintenance/18 A': {
    rows: flagged
      .map((day) => ({
        compteur: day.meter,
        jour: iso(day.start),
        glitchs: day.glitches,
        drapeaux: day.flags[0] === 'replaced' ? 'compteur remplacé' : 'partiel',
      }))
      .reverse(),
  },
  'maintenance/19 A': history(anomalies.filter(({ type }) => technical.includes(type))),

  'pipeline/annotation': { count: 1, tables: 1 },
  'pipeline/1 A': 60,
  'pipeline/2 A': 0 + 1 + 2 + 3,
  'pipeline/3 A': countIn('process', 'used'),
  'pipeline/4 A': countIn(null, 'late'),
  'pipeline/5 A': countIn(null, 'rejected'),
  'pipeline/6 A': 1,
  'pipeline/10 A': { count: 4 * steps - 11, tables: 4 },
  'pipeline/11 A': { count: 4 * steps - 11, tables: 4 },
  'pipeline/12 A': { count: shown(pipeline).filter(({ latencyMs }) => latencyMs !== null).length, tables: 4 },
  'pipeline/13 A': { label: 'component', series: { sink: countIn('sink', 'used') } },
  'pipeline/13 B': { label: 'component', series: { sink: countIn('sink', 'rejected') } },
  'pipeline/14 A': {
    rows: ['ingest', 'process', 'sink'].map((component) => ({
      composant: component,
      retenues: sum((component === 'process' ? ['0', '1'] : ['0']).map((part) => lastOfPart(component, part).used)),
      rejetees: lastOfPart(component, '0').rejected,
      tardives: component === 'process' ? 2 * lastOfPart('process', '0').late : 0,
    })),
  },
  'pipeline/15 A': { count: 4 * (steps - 1) - 11, tables: 4 },
  'pipeline/15 B': { count: 4 * (steps - 1) - 11, tables: 4 },
  'pipeline/16 A': { count: 4 * (steps - 1) - 11, tables: 4 },
  'pipeline/16 B': { count: 4 * (steps - 1) - 11, tables: 4 },
  'pipeline/16 C': { count: 4 * (steps - 1) - 11, tables: 4 },
  'pipeline/17 A': { rows: [{ composant: 'process', partition: '1', absence: 720, reprise: iso(awayTo) }] },
  'pipeline/18 A': {
    rows: [
      ['ingest', '0'],
      ['process', '0'],
      ['process', '1'],
      ['sink', '0'],
    ].map(([composant, partition], retard) => ({
      composant: composant!,
      partition: partition!,
      retard,
      derniere: iso(lastMinute),
    })),
  },

  'parc/variable immeubles': { column: ['ACACIAS', 'PEUPLIERS', building] },
  'parc/annotation': { count: 1, tables: 1 },
  'parc/1 A': 3,
  'parc/2 A': openNow.length,
  'parc/3 A': sum(
    [last, ...neighbours.filter((day) => day.start === yesterday.start)].map((day) => kwh(day.generalWh)),
  ),
  'parc/10 A': {
    rows: [
      { immeuble: 'ACACIAS', comptage: 90, completude: 87.5, critiques: 0, majeures: 0, mineures: 0 },
      { immeuble: building, comptage: last.leakRatio! * 100, completude: 100, critiques: 0, majeures: 3, mineures: 2 },
      { immeuble: 'PEUPLIERS', comptage: 99, completude: 100, critiques: 0, majeures: 0, mineures: 0 },
    ],
  },
  'parc/11 A': ofBuilding((day) => day.leakRatio! * 100),
  'parc/12 A': ofBuilding((day) => day.homogeneity!),
  'parc/13 A': ofBuilding((day) => (day.metersReporting / day.metersExpected) * 100),
  'parc/14 A': ofBuilding((day) => kwh(day.generalWh)),
  'parc/15 A': { count: 3 * inMarch.length, tables: 3 },
  'parc/16 A': { rows: openRows.map((row) => ({ ...row, immeuble: building })) },

  'alerte/releve-fuite': { label: 'building', series: { [building]: 1 } },
  'alerte/releve-incoherence': { label: 'building', series: { [building]: 1 } },
  'alerte/releve-depassement': { label: 'building', series: { [building]: 1 } },
  'alerte/releve-defaillants': { label: 'building', series: { [building]: 1 } },
  'alerte/releve-surconsommation': { label: 'meter', series: { LOC07: 1, LOC09: 0 } },
  'alerte/releve-lot-vacant': { label: 'meter', series: { LOC20: 1 } },
  'alerte/releve-bus': { label: 'bus', series: { 'bus-2': 1 } },
  'alerte/releve-incompletes': { label: 'building', series: { [building]: 1 } },
  'alerte/releve-silencieux': byMeter((meter) => (meter === 'LOC03' || meter === 'LOC15' ? 1 : 0)),
  'alerte/releve-jamais-lu': byMeter((meter) => (meter === 'LOC18' ? 1 : 0)),
  'alerte/releve-fige': byMeter((meter) => (meter === 'LOC05' || meter === 'LOC15' ? 1 : 0)),
  'alerte/releve-rien-n-arrive': { label: 'building', series: { [building]: secondsSince(common, lastMinute)! + 60 } },
  'alerte/releve-surveillance': { label: 'building', series: { [building]: 60 } },
  'alerte/releve-composant-muet': { label: 'component', series: { ingest: 60, process: 60, sink: 60 } },
  'alerte/releve-retard': { label: 'component', series: { ingest: 0, process: 2, sink: 3 } },
  'alerte/releve-latence': {
    label: 'component',
    series: Object.fromEntries(
      ['ingest', 'process', 'sink'].map((component) => [
        component,
        Math.min(
          ...pipeline
            .filter((point) => point.component === component && point.at >= now - 900_000)
            .map((point) => point.latencyMs ?? Number.POSITIVE_INFINITY),
        ),
      ]),
    ),
  },
  'alerte/releve-rejets': { label: 'component', series: { ingest: lastHourRejected, process: 0 } },
  'alerte/releve-tardives': { label: 'component', series: { process: countIn('process', 'late') } },
  'alerte/releve-ecritures': { label: 'component', series: { sink: 1 } },
};

/** Anomalies of other days are asked on the morning after theirs. */
const morningAfter = (date: string): { at: number } => ({ at: calendar.next(calendar.day(date)).start + 60 * minute });
export const askedAt: Readonly<Record<string, { readonly at: number }>> = {
  'alerte/releve-incoherence': morningAfter('2025-11-10'),
  'alerte/releve-depassement': morningAfter('2026-01-15'),
  'alerte/releve-defaillants': morningAfter('2026-02-02'),
  'alerte/releve-lot-vacant': morningAfter('2026-03-28'),
  'alerte/releve-incompletes': morningAfter('2026-03-28'),
};

export const settings: Readonly<Record<string, Setting>> = {
  'charges/5 A': { variables: { debut: '2026-03-01' } },
  'charges/12 A': { variables: { debut: '2026-03-01' } },
  'maintenance/17 A': { from: endedDays[0]!.start },
  'maintenance/18 A': { from: endedDays[0]!.start },
  'maintenance/19 A': { from: endedDays[0]!.start },
};

/** These series are checked by their sum over the range instead of their last value. */
export const summed: ReadonlySet<string> = new Set([
  'maintenance/15 A',
  'maintenance/15 B',
  'maintenance/15 C',
  'maintenance/16 A',
  'pipeline/13 A',
  'pipeline/13 B',
]);
/** Of these tables only the first rows are told. */
export const headOnly: ReadonlySet<string> = new Set(['maintenance/11 A']);
