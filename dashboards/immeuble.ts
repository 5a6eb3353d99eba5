/** Immeuble, the syndic's first page: is my building all right? The head answers in five seconds, what follows says why. */
import * as building from './flux/building.ts';
import { barChart } from './parts/bars.ts';
import { anomalyHidden, shortAnomalyColumns, shortAnomalyHistoryColumns, shortAnomalyLeft } from './parts/columns.ts';
import { curve, limitStyle } from './parts/curve.ts';
import { chargesPage, lotOfRow, maintenancePage, panelOf, uids } from './parts/links.ts';
import { page } from './parts/page.ts';
import { steps } from './parts/panels.ts';
import { stat } from './parts/stat.ts';
import { table } from './parts/table.ts';
import { colour, completenessWords, domainWords, levelWords, priorityWords, unit } from './parts/theme.ts';
import { buildingVariable, sourceVariable } from './parts/variables.ts';

const nothing = 'Aucun jour analysé sur cette période';
const change = { unit: unit.percent, decimals: 1 } as const;

export const immeuble = page({
  uid: uids.building,
  title: 'Immeuble',
  description: 'Mon immeuble va-t-il bien ?',
  from: 'now-30d',
  refresh: '15m',
  variables: [sourceVariable(), buildingVariable()],
  annotations: [{ name: 'Anomalies majeures et critiques', query: building.annotations, colour: colour.act }],
  sections: [
    {
      panels: [
        stat({
          id: 1,
          title: 'État de l’immeuble',
          description:
            'Le plus grave de ce qui est en cours. « Relevés arrêtés » : rien n’a été analysé depuis plus de 60 heures.',
          noValue: nothing,
          unit: unit.count,
          width: 8,
          height: 5,
          background: true,
          mappings: levelWords,
          thresholds: steps(
            [null, colour.unknown],
            [0, colour.good],
            [1, colour.look],
            [2, colour.watch],
            [3, colour.act],
          ),
          link: { title: 'Voir les anomalies ouvertes', url: panelOf(uids.building, 20) },
          lines: [{ query: building.level }],
        }),
        stat({
          id: 2,
          title: 'Anomalies ouvertes',
          description:
            'Anomalies d’hier et d’aujourd’hui, compteurs silencieux et bus dégradés de plus longtemps compris.',
          noValue: nothing,
          unit: unit.count,
          width: 4,
          height: 5,
          thresholds: steps([null, colour.unknown], [0, colour.good], [1, colour.watch]),
          link: { title: 'Voir les anomalies ouvertes', url: panelOf(uids.building, 20) },
          lines: [{ query: building.openCount }],
        }),
        stat({
          id: 3,
          title: 'Relevés complets',
          description: 'Compteurs de locataires complets sur compteurs attendus, dernier jour terminé.',
          noValue: nothing,
          unit: unit.text,
          width: 4,
          height: 5,
          mappings: completenessWords,
          textField: 'releves',
          link: { title: 'Voir l’état des compteurs', url: maintenancePage },
          lines: [{ query: building.completeness }],
        }),
        stat({
          id: 4,
          title: 'Homogénéité',
          description:
            'Régularité des consommations entre lots occupés : 100 % quand tous consomment autant (1 − écart type / moyenne).',
          noValue: 'Homogénéité inconnue',
          unit: unit.percent,
          decimals: 0,
          width: 4,
          height: 5,
          lines: [{ query: building.lastHomogeneity }],
        }),
        stat({
          id: 5,
          title: 'Ce que dit l’homogénéité',
          description: 'La phrase de l’analyse du dernier jour terminé.',
          noValue: 'Homogénéité inconnue',
          unit: unit.text,
          width: 4,
          height: 5,
          textField: 'phrase',
          letterSize: 22,
          lines: [{ query: building.homogeneitySentence }],
        }),
        stat({
          id: 6,
          title: 'Dernier jour terminé',
          description: 'Énergie du compteur général, et écart avec le jour connu précédent.',
          noValue: nothing,
          unit: unit.kilowattHour,
          decimals: 1,
          width: 7,
          height: 4,
          link: { title: 'Voir les jours', url: panelOf(uids.building, 10) },
          lines: [
            { query: building.lastDayKwh, name: 'Consommation', colour: colour.general },
            { query: building.lastDayChange, name: 'Écart avec la veille', ...change },
          ],
        }),
        stat({
          id: 7,
          title: 'Mois en cours',
          description:
            'Énergie du compteur général depuis le premier du mois, et écart des jours terminés avec les mêmes jours du mois précédent.',
          noValue: nothing,
          unit: unit.kilowattHour,
          decimals: 1,
          width: 8,
          height: 4,
          link: { title: 'Voir les charges', url: chargesPage },
          lines: [
            { query: building.monthToDateKwh, name: 'Consommation', colour: colour.general },
            { query: building.monthToDateChange, name: 'Écart à jours égaux', ...change },
          ],
        }),
        stat({
          id: 8,
          title: 'Rapport de comptage',
          description:
            'Somme des compteurs de locataires et communs rapportée au compteur général, mêmes instants. Ce qui manque à 100 % n’est compté par personne.',
          noValue: 'Rapport inconnu : relevés absents ou incomplets',
          unit: unit.percent,
          decimals: 1,
          width: 5,
          height: 4,
          link: { title: 'Voir son histoire', url: panelOf(uids.building, 11) },
          lines: [{ query: building.lastLeakRatio, colour: colour.remainder }],
        }),
        stat({
          id: 9,
          title: 'Pointe / souscrite',
          description:
            'Plus grande puissance du dernier jour terminé (demande sur 10 minutes au-dessus de 36 kVA), rapportée à la puissance souscrite. Alerte à 90 % par défaut.',
          noValue: nothing,
          unit: unit.percent,
          decimals: 0,
          width: 4,
          height: 4,
          thresholds: steps([null, colour.neutral], [90, colour.act]),
          link: { title: 'Voir la puissance', url: panelOf(uids.building, 12) },
          lines: [{ query: building.lastPeakShare }],
        }),
      ],
    },
    {
      title: 'Ce qui demande une action',
      panels: [
        table({
          id: 20,
          title: 'Anomalies en cours',
          description: 'Les plus graves d’abord ; le compteur mène à la page de son lot.',
          noValue: 'Aucune anomalie connue',
          width: 24,
          height: 8,
          query: building.openTable,
          columns: shortAnomalyColumns,
          hidden: anomalyHidden,
          left: shortAnomalyLeft,
        }),
        table({
          id: 21,
          title: 'Recommandations en cours',
          description: 'Ce que l’analyse conseille, le plus pressant d’abord.',
          noValue: 'Aucune recommandation connue',
          width: 24,
          height: 7,
          query: building.recommendations,
          columns: [
            { name: 'priorite', title: 'Priorité', width: 100, mappings: priorityWords, coloured: true },
            { name: 'domaine', title: 'Domaine', width: 130, mappings: domainWords },
            { name: 'action', title: 'Action', width: 280 },
            { name: 'conseil', title: 'Conseil', leastWidth: 300 },
            { name: 'jour', title: 'Depuis l’analyse du', unit: unit.day, width: 160 },
          ],
        }),
      ],
    },
    {
      title: 'Énergie et fuites',
      panels: [
        curve({
          id: 10,
          title: 'Énergie par jour',
          description:
            'Locataires, communs et reste non compté : ensemble, le compteur général. Un reste négatif : les lots comptent plus que le général.',
          noValue: nothing,
          unit: unit.kilowattHour,
          decimals: 1,
          width: 12,
          height: 9,
          draw: 'bars',
          stacked: true,
          lines: [
            { query: building.tenantsHistory, name: 'Locataires', colour: colour.tenant },
            { query: building.commonHistory, name: 'Communs', colour: colour.common },
            { query: building.remainderHistory, name: 'Reste', colour: colour.remainder },
          ],
        }),
        curve({
          id: 11,
          title: 'Rapport de comptage par jour',
          description:
            'Compté par les compteurs divisionnaires sur le général. Une marche vers le bas est une fuite ou un usage non compté.',
          noValue: 'Rapport inconnu : relevés absents ou incomplets',
          unit: unit.percent,
          decimals: 1,
          width: 12,
          height: 9,
          softMin: 90,
          softMax: 100,
          draw: 'line',
          lines: [{ query: building.leakRatioHistory, name: 'Rapport', colour: colour.remainder }],
        }),
      ],
    },
    {
      title: 'Puissance',
      panels: [
        curve({
          id: 12,
          title: 'Puissance et contrat',
          description:
            'Pointe, demande sur 10 minutes et moyenne de chaque jour, face à la puissance souscrite (kVA × cos φ).',
          noValue: nothing,
          unit: unit.kilowatt,
          decimals: 1,
          width: 24,
          height: 9,
          min: 0,
          lines: [
            { query: building.peakHistory, name: 'Pointe', colour: colour.general },
            { query: building.demandHistory, name: 'Demande sur 10 minutes', colour: colour.common },
            { query: building.meanPowerHistory, name: 'Moyenne', colour: colour.average },
            { query: building.limitHistory, name: 'Puissance souscrite', colour: colour.limit, properties: limitStyle },
          ],
        }),
      ],
    },
    {
      title: 'Les lots entre eux',
      panels: [
        barChart({
          id: 13,
          title: 'Lots par classe de consommation',
          description:
            'Nombre de lots par classe, dernier jour terminé. Par défaut : faible jusqu’à 5 kWh, moyenne 10, élevée 15.',
          noValue: nothing,
          unit: unit.count,
          width: 8,
          height: 10,
          query: building.classes,
          category: 'jour',
          numbers: true,
          fields: [
            { name: 'class_faible', title: 'Faible', colour: '#73BF69' },
            { name: 'class_moyen', title: 'Moyenne', colour: colour.tenant },
            { name: 'class_eleve', title: 'Élevée', colour: '#FADE2A' },
            { name: 'class_tres_eleve', title: 'Très élevée', colour: colour.average },
          ],
        }),
        table({
          id: 14,
          title: 'Classement des lots',
          description: 'Énergie des jours terminés de la période, le plus grand consommateur d’abord.',
          noValue: nothing,
          width: 16,
          height: 10,
          query: building.ranking,
          columns: [
            { name: 'compteur', title: 'Compteur', width: 110, link: { title: 'Voir le lot', url: lotOfRow } },
            { name: 'energie', title: 'Énergie', unit: unit.kilowattHour, decimals: 1, gauge: colour.tenant },
            { name: 'moyenne', title: 'Par jour', unit: unit.kilowattHour, decimals: 1, width: 130 },
            { name: 'pointe', title: 'Pointe', unit: unit.kilowatt, decimals: 1, width: 115 },
            { name: 'jours', title: 'Jours connus', unit: unit.count, width: 120 },
          ],
        }),
        curve({
          id: 15,
          title: 'Homogénéité par jour',
          description: 'Au-dessus de 80 % excellente, de 60 % bonne, de 40 % moyenne.',
          noValue: 'Homogénéité inconnue',
          unit: unit.percent,
          width: 12,
          height: 8,
          min: 0,
          max: 100,
          lines: [{ query: building.homogeneityHistory, name: 'Homogénéité', colour: colour.tenant }],
        }),
        curve({
          id: 16,
          title: 'Relevés complets par jour',
          description: 'Compteurs de locataires complets, face aux compteurs attendus.',
          noValue: nothing,
          unit: unit.count,
          width: 12,
          height: 8,
          min: 0,
          lines: [
            { query: building.reportingHistory, name: 'Complets', colour: colour.tenant },
            { query: building.expectedHistory, name: 'Attendus', colour: colour.before, properties: limitStyle },
          ],
        }),
      ],
    },
    {
      title: 'Histoire',
      panels: [
        table({
          id: 22,
          title: 'Anomalies de la période',
          description: 'Toutes, les plus récentes d’abord, celles qui sont closes comprises.',
          noValue: 'Aucune anomalie sur cette période',
          width: 24,
          height: 9,
          query: building.history,
          columns: shortAnomalyHistoryColumns,
          hidden: anomalyHidden,
          left: shortAnomalyLeft,
        }),
      ],
    },
  ],
});
