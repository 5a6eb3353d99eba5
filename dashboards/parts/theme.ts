/**
 * One colour a role on every dashboard, units, and the French words for stored codes. Thresholds colour only what somebody acts on:
 * everything else is neutral.
 */
import { MappingType, type ValueMapping, type ValueMappingResult } from '@grafana/grafana-foundation-sdk/dashboard';

export const colour = {
  general: '#3274D9',
  tenant: '#37872D',
  common: '#E0B400',
  remainder: '#8F3BB8',
  limit: '#C4162A',
  before: '#A0A0A8',
  average: '#FF9830',
  good: 'green',
  /** Readable on white, unlike yellow. */
  look: 'dark-yellow',
  watch: 'orange',
  act: 'red',
  neutral: 'text',
  unknown: '#808080',
} as const;

/**
 * Grafana writes numbers with a point and units of its own; only its unit `locale` writes them as the browser's language does. So numbers
 * are `locale`, with the unit's word in the title beside them.
 */
export interface Unit {
  readonly id: string;
  /** Stands in brackets after a title. */
  readonly word?: string;
}

export const unit = {
  kilowattHour: { id: 'locale', word: 'kWh' },
  kilowatt: { id: 'locale', word: 'kW' },
  watt: { id: 'locale', word: 'W' },
  percent: { id: 'locale', word: '%' },
  points: { id: 'locale', word: 'points' },
  seconds: { id: 'locale', word: 's' },
  milliseconds: { id: 'locale', word: 'ms' },
  bytes: { id: 'locale', word: 'octets' },
  perSecond: { id: 'locale', word: 'par seconde' },
  count: { id: 'locale' },
  text: { id: 'string' },
  /** `03:04:00`: the other durations of Grafana are in English words. */
  duration: { id: 'dthms' },
  day: { id: 'time:DD/MM/YYYY' },
  instant: { id: 'time:DD/MM/YYYY HH:mm' },
} as const satisfies Record<string, Unit>;

export function withUnit(title: string, { word }: Unit): string {
  return word === undefined ? title : `${title} (${word})`;
}

/** Codes to words, with colours where they call for action. */
function words(options: Readonly<Record<string, ValueMappingResult>>): ValueMapping[] {
  return [{ type: MappingType.ValueToText, options: { ...options } }];
}

export const severityWords = words({
  critique: { text: 'Critique', color: colour.act },
  majeur: { text: 'Majeure', color: colour.watch },
  mineur: { text: 'Mineure', color: colour.look },
});

export const levelWords = words({
  '0': { text: 'Tout va bien', color: colour.good },
  '1': { text: 'À surveiller', color: colour.look },
  '2': { text: 'Intervention à prévoir', color: colour.watch },
  '3': { text: 'Urgent', color: colour.act },
  '4': { text: 'Relevés arrêtés', color: colour.act },
});

export const stateWords = words({
  actif: { text: 'Actif', color: colour.good },
  silencieux: { text: 'Silencieux', color: colour.act },
  fige: { text: 'Figé', color: colour.watch },
  jamais_lu: { text: 'Jamais lu', color: colour.unknown },
  defaillant: { text: 'Défaillant', color: 'purple' },
});

export const anomalyWords = words({
  fuite_energetique: { text: 'Fuite énergétique' },
  incoherence_comptage: { text: 'Incohérence de comptage' },
  depassement_puissance: { text: 'Dépassement de puissance' },
  compteurs_defaillants: { text: 'Compteur défaillant' },
  compteur_silencieux: { text: 'Compteur silencieux' },
  compteur_fige: { text: 'Compteur figé' },
  surconsommation_locataire: { text: 'Surconsommation' },
  consommation_lot_vacant: { text: 'Consommation d’un lot vacant' },
  bus_degrade: { text: 'Bus dégradé' },
  donnees_incompletes: { text: 'Données incomplètes' },
});

export const classWords = words({
  faible: { text: 'Faible' },
  moyen: { text: 'Moyenne' },
  eleve: { text: 'Élevée' },
  tres_eleve: { text: 'Très élevée', color: colour.watch },
});

export const windowWords = words({
  open: { text: 'En cours' },
  provisional: { text: 'Provisoire' },
  final: { text: 'Définitif' },
  cloturee: { text: 'Clôturée' },
});

export const activityWords = words({ actif: { text: 'Actif' }, inactif: { text: 'Inactif' } });

export const priorityWords = words({
  critique: { text: 'Critique', color: colour.act },
  haute: { text: 'Haute', color: colour.watch },
  moyenne: { text: 'Moyenne' },
  basse: { text: 'Basse' },
});

export const domainWords = words({
  technique: { text: 'Technique' },
  electricite: { text: 'Électricité' },
  comportement: { text: 'Comportement' },
  maintenance: { text: 'Maintenance' },
  reporting: { text: 'Bilan' },
  chauffage: { text: 'Chauffage' },
  climatisation: { text: 'Climatisation' },
});

export const payerWords = words({ occupant: { text: 'Occupant' }, owner: { text: 'Propriétaire' } });

export const qualityWords = words({
  measured: { text: 'Mesurée' },
  estimated: { text: 'Estimée' },
  none: { text: 'Absente', color: colour.watch },
});

/** `20/20` is green, anything else calls for a look. The first mapping that matches wins. */
export const completenessWords: ValueMapping[] = [
  { type: MappingType.RegexToText, options: { pattern: '/^(\\d+)\\/\\1$/', result: { color: colour.good } } },
  { type: MappingType.RegexToText, options: { pattern: '/^\\d+\\/\\d+$/', result: { color: colour.watch } } },
];
