/**
 * `GET /api/immeuble/maintenance`: the state of every registered meter and bus, counted from what they last said; no consumption.
 * A state is of its minute: silence since then is added, so that a stopped supervision does not leave meters `actif` for ever.
 */
import { z } from 'zod';
import type { Building, Meter } from '../../domain/building.ts';
import type { Anomaly } from '../../domain/results.ts';
import type { BusHealth, MeterState, MeterStateName } from '../../domain/telemetry.ts';
import { type AnswerContext, daysBack, rangeOf } from './context.ts';
import { isoInZone } from './units.ts';

export const maintenanceAnswer = z.object({
  date_verification: z.string(),
  compteurs_verifies: z.int(),
  statuts: z.object({ actifs: z.int(), inactifs: z.int(), anomalies: z.int() }),
  recommandations: z.array(z.string()),
  compteurs: z.array(
    z.object({
      compteur: z.string(),
      role: z.enum(['general', 'tenant', 'common']),
      lot: z.int().nullable(),
      etat: z.enum(['actif', 'silencieux', 'fige', 'jamais_lu', 'defaillant']),
      derniere_lecture: z.string().nullable(),
      secondes_depuis_lecture: z.int().nullable(),
      echecs_1h: z.int(),
    }),
  ),
  bus: z.array(
    z.object({
      bus: z.string(),
      interrogations_1h: z.int(),
      reponses_1h: z.int(),
      taux_echec: z.number().nullable().describe('rapport'),
      erreurs_controle_1h: z.int(),
      octets_ecartes_1h: z.int(),
      cycle_ms: z.number().nullable(),
    }),
  ),
  anomalies_techniques: z.array(
    z.object({
      type: z.string(),
      severite: z.string(),
      compteur: z.string().nullable(),
      bus: z.string().nullable(),
      date: z.iso.date(),
    }),
  ),
});
export type MaintenanceAnswer = z.infer<typeof maintenanceAnswer>;
type MeterLine = MaintenanceAnswer['compteurs'][number];
type BusLine = MaintenanceAnswer['bus'][number];

const hour = 3_600_000;
const minute = 60_000;

export async function maintenance(context: AnswerContext): Promise<MaintenanceAnswer> {
  const { reader, building, now } = context;
  const [states, buses, anomalies] = await Promise.all([
    reader.meterStates(building.id),
    reader.busHealth({ building: building.id, from: now - hour, to: now + 1 }),
    reader.anomalies(rangeOf(building, daysBack(context, 2))),
  ]);
  const byMeter = new Map(states.map((state) => [state.meter, state]));
  const meters = building.meters.map((meter) => meterLine(building, meter, byMeter.get(meter.id), now));
  const busLines = busLinesOf(buses);
  return {
    date_verification: isoInZone(Math.floor(now / minute) * minute, building.timezone),
    compteurs_verifies: meters.length,
    statuts: {
      actifs: count(meters, ['actif']),
      inactifs: count(meters, ['silencieux', 'jamais_lu']),
      anomalies: count(meters, ['fige', 'defaillant']),
    },
    recommandations: recommend(building, meters, busLines),
    compteurs: meters,
    bus: busLines,
    anomalies_techniques: technical(anomalies),
  };
}

function meterLine(building: Building, meter: Meter, state: MeterState | undefined, now: number): MeterLine {
  const elapsed = state ? Math.max(0, Math.floor((now - state.at) / 1000)) : 0;
  const seconds = state?.secondsSinceReading == null ? null : Math.floor(state.secondsSinceReading) + elapsed;
  return {
    compteur: meter.id,
    role: meter.role,
    lot: meter.lot,
    etat: stateNow(building, state?.state ?? 'jamais_lu', elapsed),
    derniere_lecture: seconds === null ? null : isoInZone(now - seconds * 1000, building.timezone),
    secondes_depuis_lecture: seconds,
    echecs_1h: state?.failures1h ?? 0,
  };
}

/** The rule that watches says what is silent; where nothing has been heard of it for so long, the meter is not known to live. */
function stateNow(building: Building, state: MeterStateName, elapsed: number): MeterStateName {
  const limit = (building.thresholds.silentIntervals * building.intervalMs) / 1000;
  return state === 'actif' && elapsed > Math.max(limit, 180) ? 'silencieux' : state;
}

function busLinesOf(points: readonly BusHealth[]): BusLine[] {
  const buses = [...new Set(points.map((point) => point.bus))].sort();
  return buses.map((bus) => {
    const own = points.filter((point) => point.bus === bus);
    const total = (pick: (point: BusHealth) => number) => own.reduce((all, point) => all + pick(point), 0);
    const polls = total((point) => point.polls);
    const answers = total((point) => point.answers);
    return {
      bus,
      interrogations_1h: polls,
      reponses_1h: answers,
      taux_echec: polls === 0 ? null : Math.max(0, polls - answers) / polls,
      erreurs_controle_1h: total((point) => point.checksumErrors),
      octets_ecartes_1h: total((point) => point.discardedBytes),
      cycle_ms: own.at(-1)?.cycleMs ?? null,
    };
  });
}

function recommend(building: Building, meters: readonly MeterLine[], buses: readonly BusLine[]): string[] {
  const advice: string[] = [];
  const named = (state: MeterStateName) =>
    meters.filter((meter) => meter.etat === state).map((meter) => meter.compteur);
  const silent = named('silencieux');
  const frozen = named('fige');
  const never = named('jamais_lu');
  const failing = named('defaillant');
  if (silent.length > 0)
    advice.push(`Test de communication M-Bus : ${silent.join(', ')} ne répond plus (alimentation, câblage, adresse)`);
  if (never.length > 0)
    advice.push(`Mise en service à vérifier : ${never.join(', ')} jamais lu (adresse, câblage, configuration)`);
  if (frozen.length > 0)
    advice.push(`Contrôle sur place : l'index de ${frozen.join(', ')} n'avance plus malgré une puissance mesurée`);
  if (failing.length > 0) advice.push(`Contrôle sur place : ${failing.join(', ')} signale un défaut`);
  for (const bus of buses)
    if (bus.taux_echec !== null && bus.taux_echec > building.thresholds.busFailureShare)
      advice.push(
        `Contrôle du bus ${bus.bus} : ${Math.round(bus.taux_echec * 100)} % d'échecs sur une heure (longueur, terminaisons, perturbations)`,
      );
  const shaky = meters.filter((meter) => meter.etat === 'actif' && meter.echecs_1h > 0).map((meter) => meter.compteur);
  if (shaky.length > 0) advice.push(`Lectures irrégulières à surveiller : ${shaky.join(', ')}`);
  return advice.length > 0 ? advice : ['Aucune intervention nécessaire : vérification annuelle des compteurs'];
}

/** What concerns meters and buses rather than consumption; texts are left out because they may tell energies. */
function technical(anomalies: readonly Anomaly[]): MaintenanceAnswer['anomalies_techniques'] {
  return anomalies
    .filter((anomaly) => anomaly.open && technicalTypes.has(anomaly.type))
    .sort((a, b) => b.start - a.start)
    .map((anomaly) => ({
      type: anomaly.type,
      severite: anomaly.severity,
      compteur: anomaly.meter,
      bus: anomaly.bus,
      date: anomaly.date,
    }));
}

function count(meters: readonly MeterLine[], states: readonly MeterStateName[]): number {
  return meters.filter((meter) => states.includes(meter.etat)).length;
}

const technicalTypes: ReadonlySet<string> = new Set([
  'compteurs_defaillants',
  'compteur_silencieux',
  'compteur_fige',
  'bus_degrade',
  'donnees_incompletes',
]);
