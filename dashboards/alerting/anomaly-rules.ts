/**
 * A rule for every anomaly. Those of a day look back 51 hours: the day of yesterday, whatever its length, and the hours until the new
 * day's analysis replaces it, so that what lasts does not flap at midnight. A bad bus keeps the day on which it began and is looked for
 * further back. Silent and frozen meters are judged by their heartbeat,
 * which every registered meter has each minute, read or not: a silent one among twenty stays alerting.
 */
import { type AnomalyType, severityOf } from '../../domain/results.ts';
import { meterState, openAnomaly } from '../flux/alerts.ts';
import { type AlertOptions, type FileRule, rule } from './rule.ts';

const dayRangeSeconds = 51 * 3600;
/** A state is kept this long when nobody writes new ones; another rule tells that. */
const heartbeatRangeSeconds = 7 * 86_400;

interface DayAnomaly {
  readonly type: AnomalyType;
  readonly uid: string;
  readonly title: string;
  readonly team: AlertOptions['team'];
  readonly subject: 'meter' | 'bus' | null;
  readonly summary: string;
  readonly page: AlertOptions['page'];
  readonly panel: number;
  /** Where the anomaly keeps the day on which it began. */
  readonly rangeSeconds?: number;
}

const building = '{{ $labels.building }}';
const meter = '{{ $labels.meter }}';

const dayAnomalies: readonly DayAnomaly[] = [
  {
    type: 'fuite_energetique',
    uid: 'releve-fuite',
    title: 'Fuite énergétique',
    team: 'syndic',
    subject: null,
    summary: `Immeuble ${building} : de l’énergie n’est comptée par personne`,
    page: 'building',
    panel: 11,
  },
  {
    type: 'incoherence_comptage',
    uid: 'releve-incoherence',
    title: 'Incohérence de comptage',
    team: 'maintenance',
    subject: null,
    summary: `Immeuble ${building} : les lots comptent plus que le compteur général`,
    page: 'building',
    panel: 11,
  },
  {
    type: 'depassement_puissance',
    uid: 'releve-depassement',
    title: 'Dépassement de puissance',
    team: 'syndic',
    subject: null,
    summary: `Immeuble ${building} : la pointe approche ou dépasse la puissance souscrite`,
    page: 'building',
    panel: 12,
  },
  {
    type: 'compteurs_defaillants',
    uid: 'releve-defaillants',
    title: 'Compteurs défaillants',
    team: 'maintenance',
    subject: null,
    summary: `Immeuble ${building} : des compteurs répondent sans rien compter dans des lots occupés`,
    page: 'maintenance',
    panel: 19,
  },
  {
    type: 'surconsommation_locataire',
    uid: 'releve-surconsommation',
    title: 'Surconsommation d’un lot',
    team: 'syndic',
    subject: 'meter',
    summary: `Immeuble ${building}, compteur ${meter} : consommation au-dessus de la limite du jour`,
    page: 'building',
    panel: 14,
  },
  {
    type: 'consommation_lot_vacant',
    uid: 'releve-lot-vacant',
    title: 'Consommation d’un lot vacant',
    team: 'syndic',
    subject: 'meter',
    summary: `Immeuble ${building}, compteur ${meter} : un lot déclaré vacant consomme`,
    page: 'building',
    panel: 14,
  },
  {
    type: 'bus_degrade',
    uid: 'releve-bus',
    title: 'Bus dégradé',
    team: 'maintenance',
    subject: 'bus',
    summary: `Immeuble ${building}, bus {{ $labels.bus }} : plus de 5 % d’échecs en une heure`,
    page: 'maintenance',
    panel: 13,
    rangeSeconds: 90 * 86_400,
  },
  {
    type: 'donnees_incompletes',
    uid: 'releve-incompletes',
    title: 'Données incomplètes',
    team: 'maintenance',
    subject: null,
    summary: `Immeuble ${building} : un jour est fermé sans tous ses relevés`,
    page: 'maintenance',
    panel: 18,
  },
];

export const anomalyRules: readonly FileRule[] = dayAnomalies.map((anomaly) =>
  rule({
    uid: anomaly.uid,
    title: anomaly.title,
    severity: severityOf[anomaly.type],
    team: anomaly.team,
    query: openAnomaly(anomaly.type, anomaly.subject),
    rangeSeconds: anomaly.rangeSeconds ?? dayRangeSeconds,
    above: 0.5,
    for: '0s',
    noData: 'OK',
    summary: anomaly.summary,
    page: anomaly.page,
    panel: anomaly.panel,
  }),
);

export const heartbeatRules: readonly FileRule[] = [
  rule({
    uid: 'releve-silencieux',
    title: 'Compteur silencieux',
    severity: severityOf.compteur_silencieux,
    team: 'maintenance',
    query: meterState('silencieux'),
    rangeSeconds: heartbeatRangeSeconds,
    above: 0.5,
    for: '2m',
    noData: 'Alerting',
    summary: `Immeuble ${building}, compteur ${meter} : plus de relevé depuis trois intervalles`,
    page: 'maintenance',
    panel: 11,
  }),
  // Every meter of a new building is so until its first poll.
  rule({
    uid: 'releve-jamais-lu',
    title: 'Compteur jamais lu',
    severity: 'majeur',
    team: 'maintenance',
    query: meterState('jamais_lu'),
    rangeSeconds: heartbeatRangeSeconds,
    above: 0.5,
    for: '2h',
    noData: 'OK',
    summary: `Immeuble ${building}, compteur ${meter} : aucun relevé depuis qu’il est déclaré`,
    page: 'maintenance',
    panel: 11,
  }),
  rule({
    uid: 'releve-fige',
    title: 'Compteur figé',
    severity: severityOf.compteur_fige,
    team: 'maintenance',
    // Silence does not mend a frozen index.
    query: meterState('fige', 'silencieux'),
    rangeSeconds: heartbeatRangeSeconds,
    above: 0.5,
    for: '5m',
    noData: 'OK',
    summary: `Immeuble ${building}, compteur ${meter} : l’index n’avance plus alors que de la puissance passe`,
    page: 'maintenance',
    panel: 10,
  }),
];

/** Which rule tells which anomaly: every one has exactly one. */
export const ruleOfAnomaly: Readonly<Record<AnomalyType, string>> = {
  ...(Object.fromEntries(dayAnomalies.map(({ type, uid }) => [type, uid])) as Record<AnomalyType, string>),
  compteur_silencieux: 'releve-silencieux',
  compteur_fige: 'releve-fige',
};
