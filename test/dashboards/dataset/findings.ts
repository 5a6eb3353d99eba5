/** Each anomaly once, open ones of yesterday and today among them, one withdrawn; recommendations, one of them withdrawn. */
import { type Anomaly, type AnomalyType, type Recommendation, severityOf } from '../../../domain/results.ts';
import { calendar, hour, today, yesterday } from './clock.ts';
import { building, silentMeter } from './load.ts';

interface Short {
  readonly type: AnomalyType;
  readonly date: string;
  readonly meter?: string;
  readonly bus?: string;
  readonly value: number | null;
  readonly threshold: number | null;
  readonly impactWh?: number;
  readonly lots?: readonly number[];
  readonly isOpen?: boolean;
}

const shorts: readonly Short[] = [
  { type: 'fuite_energetique', date: yesterday.date, value: 0.93, threshold: 0.95, impactWh: 6900 },
  {
    type: 'surconsommation_locataire',
    date: yesterday.date,
    meter: 'LOC07',
    value: 17.5,
    threshold: 15,
    impactWh: 2500,
  },
  {
    type: 'surconsommation_locataire',
    date: yesterday.date,
    meter: 'LOC09',
    value: 15.2,
    threshold: 15,
    isOpen: false,
  },
  // Found again today: pages show the newer one only.
  {
    type: 'surconsommation_locataire',
    date: today.date,
    meter: 'LOC07',
    value: 15.1,
    threshold: 15,
    impactWh: 100,
  },
  { type: 'compteur_silencieux', date: today.date, meter: silentMeter, value: 10_800, threshold: 2700 },
  { type: 'compteur_fige', date: today.date, meter: 'LOC05', value: 2.5, threshold: 2 },
  { type: 'bus_degrade', date: '2026-03-25', bus: 'bus-2', value: 0.08, threshold: 0.05 },
  { type: 'depassement_puissance', date: '2026-01-15', value: 33_100, threshold: 32_400 },
  { type: 'incoherence_comptage', date: '2025-11-10', value: 1.04, threshold: 1.02, impactWh: 9000 },
  { type: 'compteurs_defaillants', date: '2026-02-02', value: 1, threshold: 0, lots: [11] },
  { type: 'consommation_lot_vacant', date: '2026-03-28', meter: 'LOC20', value: 3.2, threshold: 0, impactWh: 3200 },
  { type: 'donnees_incompletes', date: '2026-03-28', value: 19, threshold: 20, lots: [12] },
];

export const anomalies: readonly Anomaly[] = shorts.map((short) => {
  const day = calendar.day(short.date);
  const { isOpen = true, meter = null, bus = null } = short;
  return {
    v: 1,
    kind: 'anomaly',
    building,
    revision: isOpen ? 1 : 2,
    type: short.type,
    meter,
    bus,
    date: day.date,
    start: day.start,
    severity: severityOf[short.type],
    value: short.value,
    threshold: short.threshold,
    impactWh: short.impactWh ?? null,
    text: `Constat de ${short.type} : « virgule, guillemets "droits" et = signe »`,
    lots: short.lots ?? (meter?.startsWith('LOC') ? [Number(meter.slice(3))] : []),
    open: isOpen,
    openedAt: day.start + 8 * hour,
    updatedAt: day.start + 8 * hour,
    closedAt: isOpen ? null : day.start + 9 * hour,
  };
});

/** The clock's findings keep the day on which they began. */
export const openNow = anomalies.filter(
  ({ open, start, type, meter }) =>
    open &&
    (start >= yesterday.start || type === 'bus_degrade') &&
    !anomalies.some((other) => other.type === type && other.meter === meter && other.open && other.start > start),
);

const advice: readonly (readonly [Recommendation['code'], Recommendation['priority'], string, boolean])[] = [
  ['inspecter_communs', 'haute', yesterday.date, true],
  ['sensibiliser', 'moyenne', yesterday.date, true],
  ['bilan_annuel', 'basse', '2026-03-29', true],
  ['augmenter_puissance', 'critique', '2026-01-15', true],
  ['augmenter_puissance', 'critique', '2026-03-20', false],
];

export const recommendations: readonly Recommendation[] = advice.map(([code, priority, date, open]) => ({
  v: 1,
  kind: 'recommendation',
  building,
  revision: 1,
  code,
  date,
  start: calendar.day(date).start,
  priority,
  domain: 'Énergie',
  action: `Action ${code}`,
  text: `Texte de ${code}`,
  open,
}));
