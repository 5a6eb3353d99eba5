/** Parc: which of my buildings needs a visit first? */
import * as park from './flux/park.ts';
import { anomalyHidden, shortAnomalyColumns, shortAnomalyLeft } from './parts/columns.ts';
import { curve } from './parts/curve.ts';
import { buildingOfRow, uids, whyOfParkRow } from './parts/links.ts';
import { page } from './parts/page.ts';
import { steps } from './parts/panels.ts';
import { stat } from './parts/stat.ts';
import { table } from './parts/table.ts';
import { colour, unit } from './parts/theme.ts';
import { buildingsVariable, sourceVariable } from './parts/variables.ts';

const nothing = 'Aucun immeuble analysé sur cette période';
const byBuilding = '${__field.labels.building}';
const toBuilding = { title: 'Voir l’immeuble', url: buildingOfRow };
const toWhy = { title: 'Voir pourquoi', url: whyOfParkRow };
const curveSize = { noValue: nothing, width: 12, height: 8, seriesName: byBuilding } as const;

export const parcPage = page({
  uid: uids.park,
  title: 'Parc',
  description: 'Quel immeuble demande une visite d’abord ?',
  from: 'now-30d',
  refresh: '15m',
  variables: [sourceVariable(), buildingsVariable()],
  annotations: [{ name: 'Fuites et dépassements', query: park.annotations, colour: colour.act }],
  sections: [
    {
      panels: [
        stat({
          id: 1,
          title: 'Immeubles',
          description: 'Immeubles analysés sur la période.',
          noValue: nothing,
          unit: unit.count,
          width: 6,
          height: 4,
          lines: [{ query: park.buildingCount }],
        }),
        stat({
          id: 2,
          title: 'Anomalies ouvertes',
          description: 'Anomalies en cours, tous immeubles choisis.',
          noValue: nothing,
          unit: unit.count,
          width: 6,
          height: 4,
          thresholds: steps([null, colour.unknown], [0, colour.good], [1, colour.watch]),
          lines: [{ query: park.openCount }],
        }),
        stat({
          id: 3,
          title: 'Énergie du dernier jour terminé',
          description: 'Somme des compteurs généraux.',
          noValue: nothing,
          unit: unit.kilowattHour,
          decimals: 1,
          width: 12,
          height: 4,
          lines: [{ query: park.lastDayKwh, colour: colour.general }],
        }),
        table({
          id: 10,
          title: 'Classement des immeubles',
          description: 'Rapport de comptage inconnu, puis le plus bas d’abord ; l’immeuble mène à sa page.',
          noValue: nothing,
          width: 24,
          height: 8,
          query: park.ranking,
          columns: [
            { name: 'immeuble', title: 'Immeuble', link: toBuilding },
            { name: 'comptage', title: 'Rapport de comptage', unit: unit.percent, decimals: 1, leastWidth: 190 },
            { name: 'homogeneite', title: 'Homogénéité', unit: unit.percent, decimals: 0 },
            {
              name: 'completude',
              leastWidth: 165,
              title: 'Relevés complets',
              unit: unit.percent,
              decimals: 0,
              thresholds: steps([null, colour.watch], [100, colour.neutral]),
            },
            { name: 'energie', title: 'Énergie', unit: unit.kilowattHour, decimals: 1 },
            {
              name: 'critiques',
              title: 'Critiques',
              unit: unit.count,
              thresholds: steps([null, colour.neutral], [1, colour.act]),
            },
            {
              name: 'majeures',
              title: 'Majeures',
              unit: unit.count,
              thresholds: steps([null, colour.neutral], [1, colour.watch]),
            },
            { name: 'mineures', title: 'Mineures', unit: unit.count },
            { name: 'jour', title: 'Jour', unit: unit.day },
          ],
        }),
      ],
    },
    {
      title: 'Comparaison',
      panels: [
        curve({
          id: 11,
          title: 'Rapport de comptage',
          description: 'Compté par les compteurs divisionnaires sur le général, par immeuble.',
          ...curveSize,
          softMin: 90,
          softMax: 100,
          unit: unit.percent,
          decimals: 1,
          lines: [{ query: park.leakRatios }],
        }),
        curve({
          id: 12,
          title: 'Homogénéité',
          description: 'Régularité des consommations entre lots occupés, par immeuble.',
          ...curveSize,
          unit: unit.percent,
          min: 0,
          max: 100,
          lines: [{ query: park.homogeneities }],
        }),
        curve({
          id: 13,
          title: 'Relevés complets',
          description: 'Part des compteurs de locataires complets, par immeuble.',
          ...curveSize,
          unit: unit.percent,
          min: 0,
          max: 100,
          lines: [{ query: park.completeness }],
        }),
        curve({
          id: 14,
          title: 'Énergie par jour',
          description: 'Compteur général de chaque immeuble.',
          ...curveSize,
          unit: unit.kilowattHour,
          decimals: 1,
          min: 0,
          lines: [{ query: park.energies }],
        }),
        curve({
          id: 15,
          title: 'Anomalies par jour',
          description: 'Anomalies ouvertes de chaque jour, par immeuble.',
          ...curveSize,
          width: 24,
          unit: unit.count,
          min: 0,
          draw: 'bars',
          stacked: true,
          lines: [{ query: park.anomaliesPerDay }],
        }),
        table({
          id: 16,
          title: 'Anomalies en cours',
          description: 'Tous immeubles choisis, les plus graves d’abord.',
          noValue: 'Aucune anomalie connue',
          width: 24,
          height: 8,
          query: park.openTable,
          hidden: anomalyHidden,
          left: shortAnomalyLeft,
          columns: [
            { name: 'immeuble', title: 'Immeuble', width: 140, link: toBuilding },
            ...shortAnomalyColumns.map((column) => (column.link ? { ...column, link: toWhy } : column)),
          ],
        }),
      ],
    },
  ],
});
