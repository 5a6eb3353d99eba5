/** What people read for the codes of the answers. */

export const anomalyNames: Readonly<Record<string, string>> = {
  fuite_energetique: 'Fuite énergétique',
  incoherence_comptage: 'Comptage incohérent',
  depassement_puissance: 'Dépassement de puissance',
  compteurs_defaillants: 'Compteurs sans consommation',
  compteur_silencieux: 'Compteur silencieux',
  compteur_fige: 'Compteur figé',
  surconsommation_locataire: 'Surconsommation',
  consommation_lot_vacant: 'Consommation en lot vacant',
  bus_degrade: 'Bus M-Bus perturbé',
  donnees_incompletes: 'Données incomplètes',
};

export const severityNames: Readonly<Record<string, string>> = {
  critique: 'Critique',
  majeur: 'Majeure',
  mineur: 'Mineure',
};

export const priorityNames: Readonly<Record<string, string>> = {
  critique: 'Critique',
  haute: 'Haute',
  moyenne: 'Moyenne',
  basse: 'Basse',
};

export const classNames = { faible: 'Faible', moyen: 'Moyenne', eleve: 'Élevée', tres_eleve: 'Très élevée' } as const;

export const stateNames = { ouvert: 'en cours', provisoire: 'provisoire', definitif: 'définitif' } as const;

export const flagNames = {
  partial: 'partiel',
  replaced: 'compteur remplacé',
  glitch: 'lecture aberrante écartée',
  conflict: 'lectures contradictoires',
  recovered: 'reconstitué',
} as const;

export const meterStateNames = {
  actif: 'Actif',
  silencieux: 'Silencieux',
  fige: 'Figé',
  jamais_lu: 'Jamais lu',
  defaillant: 'Défaillant',
} as const;

const slotNames: Readonly<Record<string, string>> = {
  base: 'base',
  hp: 'heures pleines',
  hc: 'heures creuses',
  hph: 'heures pleines, saison haute',
  hch: 'heures creuses, saison haute',
  hpb: 'heures pleines, saison basse',
  hcb: 'heures creuses, saison basse',
};

export function slotName(slot: string): string {
  return slotNames[slot.toLowerCase()] ?? slot.replaceAll('_', ' ');
}

export const periodNames = { mois: 'Mois', trimestre: 'Trimestre', annee: 'Année' } as const;

export function anomalyName(type: string): string {
  return anomalyNames[type] ?? type.replaceAll('_', ' ');
}

/** `locataire_7` → `Lot 7` */
export function lotLabel(name: string): string {
  return name.replace(/^locataire_/, 'Lot ');
}
