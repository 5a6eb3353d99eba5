/** Charges: who consumed what in a billing period, what does each owe? The period is chosen by name, not by the time range. */
import * as charges from './flux/charges.ts';
import { barChart } from './parts/bars.ts';
import { lotOfRow, uids } from './parts/links.ts';
import { page } from './parts/page.ts';
import { steps } from './parts/panels.ts';
import { stat } from './parts/stat.ts';
import { table } from './parts/table.ts';
import { activityWords, colour, payerWords, unit, windowWords } from './parts/theme.ts';
import { buildingVariable, periodStartVariable, periodVariable, sourceVariable } from './parts/variables.ts';

const nothing = 'Aucune période de ce nom';
const toLot = { title: 'Voir le lot', url: lotOfRow };

export const chargesPage = page({
  uid: uids.charges,
  title: 'Charges',
  description: 'Qui a consommé quoi sur la période, et qui doit combien ?',
  from: 'now-1y',
  refresh: '',
  hideTimePicker: true,
  variables: [sourceVariable(), buildingVariable(), periodVariable(), periodStartVariable()],
  sections: [
    {
      panels: [
        stat({
          id: 1,
          title: 'Consommation des lots',
          description: 'Somme des compteurs de locataires sur la période choisie.',
          noValue: nothing,
          unit: unit.kilowattHour,
          decimals: 3,
          width: 5,
          height: 4,
          lines: [{ query: charges.totalKwh, colour: colour.tenant }],
        }),
        stat({
          id: 2,
          title: 'Montant à répartir',
          description: 'Ce que les lots se partagent, au centime. Vide quand l’immeuble informe sans facturer.',
          noValue: 'Sans montant (mode information ou facture absente)',
          unit: unit.text,
          width: 4,
          height: 4,
          textField: 'montant',
          lines: [{ query: charges.totalAmount }],
        }),
        stat({
          id: 3,
          title: 'État de la période',
          description: 'En cours, provisoire, définitive, ou clôturée : une période clôturée ne change plus.',
          noValue: nothing,
          unit: unit.text,
          width: 4,
          height: 4,
          textField: 'etat',
          mappings: windowWords,
          lines: [{ query: charges.state }],
        }),
        stat({
          id: 4,
          title: 'Part estimée',
          description:
            'Énergie dont la place dans la période est estimée (absences de plus de deux heures à ses bords).',
          noValue: nothing,
          unit: unit.percent,
          decimals: 2,
          width: 3,
          height: 4,
          thresholds: steps([null, colour.neutral], [5, colour.watch]),
          lines: [{ query: charges.estimatedShare }],
        }),
        stat({
          id: 5,
          title: 'Écart sur un an',
          description: 'Consommation des lots par jour facturé, face à la même période de l’année précédente.',
          noValue: 'Pas d’année précédente',
          unit: unit.percent,
          decimals: 1,
          width: 4,
          height: 4,
          lines: [{ query: charges.changeOfYear }],
        }),
        stat({
          id: 6,
          title: 'Reste commun',
          description: 'Compteur général moins les lots : communs et pertes.',
          noValue: 'Reste inconnu : relevés incomplets',
          unit: unit.kilowattHour,
          decimals: 1,
          width: 4,
          height: 4,
          lines: [{ query: charges.remainderKwh, colour: colour.remainder }],
        }),
      ],
    },
    {
      title: 'Répartition',
      panels: [
        table({
          id: 10,
          title: 'Répartition par lot',
          description:
            'Les parts font exactement 100 %. Pour exporter : menu du panneau, Inspecter, Données, Télécharger CSV.',
          noValue: nothing,
          width: 24,
          height: 22,
          query: charges.shares,
          columns: [
            { name: 'lot', title: 'Lot', unit: unit.count, width: 60 },
            { name: 'compteur', title: 'Compteur', width: 110, link: toLot },
            { name: 'energie', title: 'Énergie', unit: unit.kilowattHour, decimals: 1, gauge: colour.tenant },
            { name: 'part', title: 'Part', unit: unit.percent, decimals: 2, width: 85 },
            { name: 'egale', title: 'Égalitaire', unit: unit.percent, decimals: 2, width: 115 },
            { name: 'ecart', title: 'Écart', unit: unit.points, decimals: 2, width: 125 },
            { name: 'montant', title: 'Montant', width: 100 },
            { name: 'jours', title: 'Jours facturés', unit: unit.count, width: 120 },
            { name: 'estimee', title: 'Dont estimée', unit: unit.kilowattHour, decimals: 1, width: 150 },
            { name: 'statut', title: 'Lot actif', width: 80, mappings: activityWords },
            { name: 'etat', title: 'État', width: 95, mappings: windowWords },
            { name: 'drapeaux', title: 'Remarques', leastWidth: 120 },
          ],
        }),
        barChart({
          id: 11,
          title: 'Écart avec la part égalitaire',
          description: 'En points : au-dessus de zéro, le lot consomme plus que la moyenne des lots actifs.',
          noValue: nothing,
          unit: unit.points,
          decimals: 2,
          width: 12,
          height: 9,
          query: charges.deviations,
          category: 'compteur',
          fields: [{ name: 'ecart', title: 'Écart', colour: colour.tenant }],
        }),
        barChart({
          id: 12,
          title: 'Face à l’année précédente',
          description: 'Énergie de chaque lot, et la même période un an plus tôt si elle a été relevée entière.',
          noValue: nothing,
          unit: unit.kilowattHour,
          decimals: 1,
          width: 12,
          height: 9,
          query: charges.yearComparison,
          category: 'compteur',
          fields: [
            { name: 'energie', title: 'Période choisie', colour: colour.tenant },
            { name: 'annee_precedente', title: 'Un an plus tôt', colour: colour.before },
          ],
        }),
      ],
    },
    {
      title: 'Changements',
      panels: [
        table({
          id: 13,
          title: 'Occupations dans la période',
          description: 'Une ligne par séjour quand un lot a changé d’occupant ; le propriétaire paie un lot vacant.',
          noValue: 'Aucun changement d’occupant',
          width: 12,
          height: 8,
          query: charges.stays,
          columns: [
            { name: 'lot', title: 'Lot', unit: unit.count, width: 60 },
            { name: 'compteur', title: 'Compteur', width: 95, link: toLot },
            { name: 'debut', title: 'À partir du', unit: unit.day, width: 105 },
            { name: 'energie', title: 'Énergie', unit: unit.kilowattHour, decimals: 1, width: 115 },
            { name: 'jours', title: 'Jours', unit: unit.count, width: 70 },
            { name: 'payeur', title: 'Payeur', mappings: payerWords },
            { name: 'montant', title: 'Montant', leastWidth: 90 },
          ],
        }),
        table({
          id: 14,
          title: 'Régularisations',
          description: 'Corrections de périodes clôturées, reportées sur le décompte suivant.',
          noValue: 'Aucune régularisation',
          width: 12,
          height: 8,
          query: charges.adjustments,
          columns: [
            { name: 'faite', title: 'Faite le', unit: unit.instant, width: 140 },
            { name: 'periode', title: 'Période du', width: 110 },
            { name: 'lot', title: 'Lot', unit: unit.count, width: 60 },
            { name: 'compteur', title: 'Compteur', width: 100, link: toLot },
            { name: 'energie', title: 'Énergie', unit: unit.kilowattHour, decimals: 1 },
            { name: 'montant', title: 'Montant' },
            { name: 'motif', title: 'Motif' },
          ],
        }),
      ],
    },
  ],
});
