/**
 * The French sentences. The syndic and maintenance read the anomaly's own text, which names meters and lots; a tenant reads a sentence
 * about his own lot made of the type and, for his consumption, of its two figures: the anomaly's text may name other lots.
 */
import { frenchKwh } from '../domain/french.ts';
import type { Anomaly, AnomalyType, Severity } from '../domain/results.ts';

export const titles: Readonly<Record<AnomalyType, string>> = {
  fuite_energetique: 'Fuite énergétique',
  incoherence_comptage: 'Incohérence de comptage',
  depassement_puissance: 'Dépassement de puissance',
  compteurs_defaillants: 'Compteur sans consommation',
  compteur_silencieux: 'Compteur silencieux',
  compteur_fige: 'Compteur figé',
  surconsommation_locataire: 'Consommation élevée',
  consommation_lot_vacant: 'Consommation d’un lot vacant',
  bus_degrade: 'Bus de relève dégradé',
  donnees_incompletes: 'Données incomplètes',
};

export const severities: Readonly<Record<Severity, string>> = {
  critique: 'critique',
  majeur: 'majeure',
  mineur: 'mineure',
};

/** What to do, for the syndic and maintenance. */
export const advice: Readonly<Record<AnomalyType, string>> = {
  fuite_energetique:
    'Vérifiez les installations communes (éclairage, ascenseur, chaufferie, pompes) et tout branchement sans compteur.',
  incoherence_comptage: 'Faites contrôler le compteur général, son coefficient et le rattachement des compteurs.',
  depassement_puissance: 'Étalez les usages simultanés ou réexaminez la puissance souscrite.',
  compteurs_defaillants: 'Contrôlez sur place les compteurs qui répondent sans rien compter dans un lot occupé.',
  compteur_silencieux: 'Contrôlez l’alimentation du compteur, son adresse et son raccordement au bus.',
  compteur_fige: 'Contrôlez le compteur : de la puissance passe et l’index n’avance plus.',
  surconsommation_locataire: 'Regardez les usages inhabituels de la journée.',
  consommation_lot_vacant: 'Vérifiez si le lot est occupé, ou coupez ce qui y fonctionne encore.',
  bus_degrade: 'Contrôlez le câblage, le convertisseur et l’alimentation du bus.',
  donnees_incompletes: 'Les index reviennent souvent d’eux-mêmes ; sinon contrôlez les compteurs nommés.',
};

/** To the tenant of a lot, about this lot only. */
export function tenantText(anomaly: Anomaly, lot: number): string {
  switch (anomaly.type) {
    case 'surconsommation_locataire':
      return tenantConsumption(anomaly, lot);
    case 'compteur_silencieux':
      return `Le compteur du lot ${lot} ne répond plus à la relève. Votre électricité n’est pas coupée et le compteur continue de compter ; l’affichage de votre consommation reprendra avec la relève.`;
    case 'compteur_fige':
      return `Le compteur du lot ${lot} semble ne plus compter alors que de l’électricité est utilisée. Un contrôle est nécessaire ; prévenez le syndic si vous constatez quelque chose d’anormal.`;
    case 'compteurs_defaillants':
      return `Le compteur du lot ${lot} répond mais n’a compté aucune consommation ce jour-là. Si le logement était occupé, prévenez le syndic : le compteur est peut-être en défaut.`;
    default:
      return `${titles[anomaly.type]}, lot ${lot}.`;
  }
}

/** `mardi 3 mars 2026` of a local date. */
export function frenchDate(date: string): string {
  return longDate.format(new Date(`${date}T00:00:00Z`));
}

/** `14 h 05` of an instant in a zone. */
export function frenchTime(at: number, timezone: string): string {
  const parts = new Intl.DateTimeFormat('fr-FR', { timeZone: timezone, hour: '2-digit', minute: '2-digit' });
  return parts.format(new Date(at)).replace(':', '\u00a0h\u00a0');
}

/** Values and thresholds of this anomaly are kWh. */
function tenantConsumption({ value, threshold }: Anomaly, lot: number): string {
  const used = value === null ? '' : `\u00a0: ${frenchKwh(value * 1000)} relevés`;
  const limit = threshold === null ? 'sa limite du jour' : `sa limite du jour de ${frenchKwh(threshold * 1000)}`;
  return `Le lot ${lot} a dépassé ${limit}${used}. Un appareil oublié ou en défaut (chauffe-eau, chauffage d’appoint, congélateur) en est souvent la cause.`;
}

const longDate = new Intl.DateTimeFormat('fr-FR', { dateStyle: 'full', timeZone: 'UTC' });
