/** Lot: how does one apartment consume, and since when? By meter id, never a name. */
import * as lot from './flux/lot.ts';
import { barChart } from './parts/bars.ts';
import { anomalyHidden, anomalyHistoryColumns } from './parts/columns.ts';
import { curve } from './parts/curve.ts';
import { uids } from './parts/links.ts';
import { page } from './parts/page.ts';
import { stat } from './parts/stat.ts';
import { table } from './parts/table.ts';
import { activityWords, classWords, colour, unit, windowWords } from './parts/theme.ts';
import { buildingVariable, meterVariable, sourceVariable } from './parts/variables.ts';

/** The page is of one lot. */
const leftOfLot: readonly string[] = ['bus', 'compteur', 'lots'];
const nothing = 'Aucune donnée de ce compteur sur cette période';
const change = { unit: unit.percent, decimals: 1 } as const;

export const lotPage = page({
  uid: uids.lot,
  title: 'Lot',
  description: 'Comment ce lot consomme-t-il, et depuis quand ?',
  from: 'now-30d',
  refresh: '15m',
  variables: [sourceVariable(), buildingVariable(), meterVariable()],
  annotations: [{ name: 'Anomalies du lot', query: lot.annotations, colour: colour.act }],
  sections: [
    {
      panels: [
        stat({
          id: 1,
          title: 'Dernier jour terminé',
          description: 'Énergie du lot, et écart avec le jour connu précédent.',
          noValue: nothing,
          unit: unit.kilowattHour,
          decimals: 1,
          width: 8,
          height: 4,
          lines: [
            { query: lot.lastDayKwh, name: 'Consommation', colour: colour.tenant },
            { query: lot.lastDayChange, name: 'Écart avec la veille', ...change },
          ],
        }),
        stat({
          id: 2,
          title: 'Classe du jour',
          description: 'Classe de consommation du dernier jour terminé, selon les limites de l’immeuble.',
          noValue: nothing,
          unit: unit.text,
          width: 4,
          height: 4,
          textField: 'classe',
          mappings: classWords,
          lines: [{ query: lot.lastClass }],
        }),
        stat({
          id: 3,
          title: 'Mois en cours',
          description: 'Énergie depuis le premier du mois, jour en cours compris.',
          noValue: nothing,
          unit: unit.kilowattHour,
          decimals: 1,
          width: 6,
          height: 4,
          lines: [{ query: lot.monthToDateKwh, colour: colour.tenant }],
        }),
        stat({
          id: 4,
          title: 'Plus grande puissance',
          description: 'La plus grande puissance de la période affichée.',
          noValue: nothing,
          unit: unit.kilowatt,
          decimals: 2,
          width: 6,
          height: 4,
          lines: [{ query: lot.greatestPower }],
        }),
      ],
    },
    {
      title: 'Jours et mois',
      panels: [
        curve({
          id: 10,
          title: 'Énergie par jour',
          description: 'Face à la moyenne des lots de l’immeuble (à partir de cinq lots).',
          noValue: nothing,
          unit: unit.kilowattHour,
          decimals: 1,
          width: 24,
          height: 9,
          draw: 'bars',
          min: 0,
          lines: [
            { query: lot.days, name: 'Ce lot', colour: colour.tenant },
            {
              query: lot.averageDays,
              name: 'Moyenne des lots',
              colour: colour.average,
              properties: [
                { id: 'custom.drawStyle', value: 'line' },
                { id: 'custom.lineWidth', value: 2 },
                { id: 'custom.fillOpacity', value: 0 },
              ],
            },
          ],
        }),
        barChart({
          id: 11,
          title: 'Douze derniers mois',
          description:
            'Chaque mois, le même un an plus tôt, et la moyenne des lots actifs. Ne suit pas la période affichée.',
          noValue: 'Aucun mois analysé',
          unit: unit.kilowattHour,
          decimals: 0,
          width: 24,
          height: 9,
          query: lot.months,
          category: 'mois',
          fields: [
            { name: 'energie', title: 'Ce lot', colour: colour.tenant },
            { name: 'annee_precedente', title: 'Un an plus tôt', colour: colour.before },
            { name: 'moyenne', title: 'Moyenne des lots', colour: colour.average },
          ],
        }),
      ],
    },
    {
      title: 'Puissance',
      panels: [
        curve({
          id: 12,
          title: 'Courbe de charge',
          description: 'Puissance moyenne par pas. Réservée à l’occupant, ou avec son accord.',
          noValue: 'Aucune mesure de puissance sur cette période',
          unit: unit.kilowatt,
          decimals: 2,
          width: 24,
          height: 9,
          min: 0,
          seriesName: '${__field.labels.meter}',
          lines: [{ query: lot.loadCurve, colour: colour.tenant }],
        }),
        curve({
          id: 13,
          title: 'Pointe de chaque jour',
          description: 'La plus grande puissance de chaque jour.',
          noValue: nothing,
          unit: unit.kilowatt,
          decimals: 2,
          width: 12,
          height: 8,
          min: 0,
          draw: 'points',
          lines: [{ query: lot.peaks, name: 'Pointe', colour: colour.tenant }],
        }),
        curve({
          id: 14,
          title: 'Talon de nuit',
          description: 'Plus basse moyenne d’une heure entre 1 h et 5 h : ce qui reste allumé.',
          noValue: 'Talon inconnu sur cette période',
          unit: unit.watt,
          width: 6,
          height: 8,
          min: 0,
          lines: [{ query: lot.nightFloor, name: 'Talon', colour: colour.remainder }],
        }),
        table({
          id: 15,
          title: 'Dix plus grandes pointes',
          description: 'Les plus grandes puissances journalières, avec leur instant.',
          noValue: nothing,
          width: 6,
          height: 8,
          query: lot.greatestPeaks,
          columns: [
            { name: 'instant', title: 'Instant', unit: unit.instant },
            { name: 'puissance', title: 'Puissance', unit: unit.kilowatt, decimals: 2 },
          ],
        }),
      ],
    },
    {
      title: 'Confiance',
      panels: [
        table({
          id: 16,
          title: 'Anomalies du lot',
          description: 'Celles de la période, les plus récentes d’abord.',
          noValue: 'Aucune anomalie sur cette période',
          width: 24,
          height: 7,
          query: lot.history,
          columns: anomalyHistoryColumns
            .filter(({ name }) => !leftOfLot.includes(name))
            .map(({ link: _, ...column }) => column),
          left: [...leftOfLot, ...anomalyHidden],
        }),
        table({
          id: 17,
          title: 'Jours en détail',
          description: 'Ce qu’il faut pour juger d’un jour : mesures, part estimée, état, remarques.',
          noValue: nothing,
          width: 24,
          height: 10,
          query: lot.dayTable,
          columns: [
            { name: 'jour', title: 'Jour', unit: unit.day, width: 110 },
            { name: 'energie', title: 'Énergie', unit: unit.kilowattHour, decimals: 2 },
            { name: 'pointe', title: 'Pointe', unit: unit.kilowatt, decimals: 2 },
            { name: 'mesures', title: 'Mesures', unit: unit.count },
            { name: 'estimee', title: 'Dont estimée', unit: unit.kilowattHour, decimals: 2 },
            { name: 'statut', title: 'Statut', mappings: activityWords },
            { name: 'etat', title: 'État', mappings: windowWords },
            { name: 'drapeaux', title: 'Remarques' },
            { name: 'revision', title: 'Révision', unit: unit.count },
          ],
        }),
      ],
    },
  ],
});
