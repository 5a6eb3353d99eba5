/** Columns that several tables share. */
import { whyOfRow } from './links.ts';
import type { Column } from './table.ts';
import { anomalyWords, severityWords, unit } from './theme.ts';

export const anomalyColumns: readonly Column[] = [
  { name: 'gravite', title: 'Gravité', width: 90, mappings: severityWords, coloured: true },
  {
    name: 'type',
    title: 'Anomalie',
    width: 230,
    mappings: anomalyWords,
    link: { title: 'Voir pourquoi', url: whyOfRow },
  },
  { name: 'compteur', title: 'Compteur', width: 100 },
  { name: 'bus', title: 'Bus', width: 90 },
  { name: 'lots', title: 'Lots', width: 90 },
  { name: 'constat', title: 'Constat', leastWidth: 300 },
  { name: 'valeur', title: 'Valeur', unit: unit.count, decimals: 2, width: 90 },
  { name: 'seuil', title: 'Seuil', unit: unit.count, decimals: 2, width: 90 },
  { name: 'impact', title: 'Impact', unit: unit.kilowattHour, decimals: 1, width: 120 },
  { name: 'jour', title: 'Jour', unit: unit.day, width: 100 },
  { name: 'ouverte', title: 'Ouverte le', unit: unit.instant, width: 150 },
];

/** For the syndic's page: the finding's sentence says its value and its limit. */
export const shortAnomalyLeft = ['bus', 'valeur', 'seuil'] as const;
export const shortAnomalyColumns: readonly Column[] = anomalyColumns.filter(
  ({ name }) => !(shortAnomalyLeft as readonly string[]).includes(name),
);

const stateColumn: Column = { name: 'etat', title: 'État', width: 90 };
export const shortAnomalyHistoryColumns: readonly Column[] = [...shortAnomalyColumns, stateColumn];

/** What only the links need. */
export const anomalyHidden = ['page'] as const;

export const anomalyHistoryColumns: readonly Column[] = [...anomalyColumns, stateColumn];
