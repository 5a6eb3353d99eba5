/** Maintenance: which meter or bus needs somebody, and since when? */
import * as maintenance from './flux/maintenance.ts';
import { anomalyHidden, anomalyHistoryColumns } from './parts/columns.ts';
import { curve } from './parts/curve.ts';
import { lotOfRow, uids } from './parts/links.ts';
import { page } from './parts/page.ts';
import { steps } from './parts/panels.ts';
import { stat } from './parts/stat.ts';
import { table } from './parts/table.ts';
import { colour, qualityWords, stateWords, unit, windowWords } from './parts/theme.ts';
import { timeline } from './parts/timeline.ts';
import { buildingVariable, sourceVariable } from './parts/variables.ts';

const nothing = 'Aucun état de compteur sur cette période';
const noBus = 'Aucune interrogation sur cette période';
const toLot = { title: 'Voir le lot', url: lotOfRow };
const count = { noValue: nothing, unit: unit.count, width: 4, height: 4 } as const;

export const maintenancePage = page({
  uid: uids.maintenance,
  title: 'Maintenance',
  description: 'Quel compteur ou quel bus a besoin de quelqu’un, et depuis quand ?',
  from: 'now-24h',
  refresh: '1m',
  variables: [sourceVariable(), buildingVariable()],
  annotations: [{ name: 'Anomalies techniques', query: maintenance.annotations, colour: colour.act }],
  sections: [
    {
      panels: [
        stat({
          id: 1,
          title: 'Compteurs suivis',
          description: 'Compteurs déclarés dont l’état est connu sur la période.',
          ...count,
          lines: [{ query: maintenance.registered }],
        }),
        stat({
          id: 2,
          title: 'Actifs',
          description: 'Compteurs qui répondent et comptent.',
          ...count,
          lines: [{ query: maintenance.metersIn('actif') }],
        }),
        stat({
          id: 3,
          title: 'Silencieux',
          description: 'Sans relevé depuis trois intervalles.',
          ...count,
          thresholds: steps([null, colour.unknown], [0, colour.good], [1, colour.act]),
          lines: [{ query: maintenance.metersIn('silencieux') }],
        }),
        stat({
          id: 4,
          title: 'Figés ou défaillants',
          description:
            'L’index n’avance plus alors que de la puissance passe, ou un jour entier sans consommation dans un lot occupé.',
          ...count,
          thresholds: steps([null, colour.unknown], [0, colour.good], [1, colour.watch]),
          lines: [{ query: maintenance.metersIn('fige', 'defaillant') }],
        }),
        stat({
          id: 5,
          title: 'Jamais lus',
          description: 'Déclarés, et sans aucun relevé depuis.',
          ...count,
          thresholds: steps([null, colour.unknown], [0, colour.good], [1, colour.watch]),
          lines: [{ query: maintenance.metersIn('jamais_lu') }],
        }),
        stat({
          id: 6,
          title: 'Échecs sur 1 h',
          description: 'Part des interrogations sans réponse, tous bus. Alerte à 5 %.',
          noValue: noBus,
          unit: unit.percent,
          decimals: 1,
          width: 4,
          height: 4,
          thresholds: steps([null, colour.unknown], [0, colour.good], [5, colour.watch]),
          lines: [{ query: maintenance.lastHourFailureShare }],
        }),
      ],
    },
    {
      title: 'Compteurs',
      panels: [
        timeline({
          id: 10,
          title: 'État de chaque compteur',
          description: 'Le dernier état connu de chaque pas, un compteur par ligne.',
          noValue: nothing,
          unit: unit.text,
          width: 24,
          height: 14,
          mappings: stateWords,
          seriesName: '${__field.labels.meter}',
          query: maintenance.stateTimeline,
        }),
        table({
          id: 11,
          title: 'Dernières réponses',
          description: 'Les plus silencieux d’abord : dernière réponse, durée du silence, échecs de l’heure.',
          noValue: nothing,
          width: 14,
          height: 12,
          query: maintenance.lastAnswers,
          columns: [
            { name: 'compteur', title: 'Compteur', width: 110, link: toLot },
            { name: 'etat', title: 'État', mappings: stateWords, coloured: true, width: 110 },
            { name: 'derniere', title: 'Dernière réponse', unit: unit.instant },
            { name: 'silence', title: 'Silence', unit: unit.duration },
            { name: 'echecs', title: 'Échecs (1 h)', unit: unit.count },
            { name: 'verifie', title: 'Vérifié le', unit: unit.instant },
          ],
        }),
        curve({
          id: 12,
          title: 'Échecs par compteur',
          description: 'Interrogations échouées dans l’heure, par compteur.',
          noValue: nothing,
          unit: unit.count,
          width: 10,
          height: 12,
          min: 0,
          seriesName: '${__field.labels.meter}',
          lines: [{ query: maintenance.failures }],
        }),
      ],
    },
    {
      title: 'Bus',
      panels: [
        curve({
          id: 13,
          title: 'Part d’échecs par bus',
          description: 'Interrogations sans réponse sur interrogations. Alerte au-dessus de 5 % en une heure.',
          noValue: noBus,
          unit: unit.percent,
          decimals: 1,
          width: 12,
          height: 8,
          min: 0,
          seriesName: '${__field.labels.bus}',
          lines: [{ query: maintenance.busFailureShare }],
        }),
        curve({
          id: 14,
          title: 'Durée d’un tour de bus',
          description: 'Le plus long tour de chaque pas : au-delà de l’intervalle, des relevés manquent.',
          noValue: 'Aucun tour de bus terminé sur cette période',
          unit: unit.seconds,
          decimals: 1,
          width: 12,
          height: 8,
          min: 0,
          seriesName: '${__field.labels.bus}',
          lines: [{ query: maintenance.cycle }],
        }),
        curve({
          id: 15,
          title: 'Réponses manquées ou fausses',
          description:
            'Silences (adresse, câblage), sommes de contrôle fausses (bruit, collisions) et valeurs impossibles laissées de côté.',
          noValue: noBus,
          unit: unit.count,
          width: 12,
          height: 8,
          min: 0,
          labels: ['bus'],
          lines: [
            { query: maintenance.busCount('timeouts'), name: '${__field.labels.bus} : délais dépassés' },
            { query: maintenance.busCount('checksum_errors'), name: '${__field.labels.bus} : trames fausses' },
            { query: maintenance.busCount('implausible'), name: '${__field.labels.bus} : valeurs invraisemblables' },
          ],
        }),
        curve({
          id: 16,
          title: 'Octets écartés',
          description: 'Ce qui n’était pas une trame : parasites de ligne.',
          noValue: noBus,
          unit: unit.bytes,
          width: 12,
          height: 8,
          min: 0,
          seriesName: '${__field.labels.bus}',
          lines: [{ query: maintenance.busCount('discarded_bytes') }],
        }),
      ],
    },
    {
      title: 'Histoire',
      panels: [
        table({
          id: 17,
          title: 'Remplacements de compteurs',
          description:
            'Jours de la période où un compteur a changé, déclaré ou détecté. Choisir un an pour l’histoire complète.',
          noValue: 'Aucun remplacement sur cette période',
          width: 8,
          height: 9,
          query: maintenance.replacements,
          columns: [
            { name: 'jour', title: 'Jour', unit: unit.day },
            { name: 'compteur', title: 'Compteur', link: toLot },
            { name: 'energie', title: 'Énergie du jour', unit: unit.kilowattHour, decimals: 1 },
            { name: 'etat', title: 'État', mappings: windowWords },
          ],
        }),
        table({
          id: 18,
          title: 'Jours irréguliers',
          description: 'Jours terminés partiels, avec valeurs écartées, contradictoires ou reprises.',
          noValue: 'Aucun jour irrégulier sur cette période',
          width: 16,
          height: 9,
          query: maintenance.irregularDays,
          columns: [
            { name: 'jour', title: 'Jour', unit: unit.day, width: 110 },
            { name: 'compteur', title: 'Compteur', width: 100, link: toLot },
            { name: 'drapeaux', title: 'Remarques' },
            { name: 'mesures', title: 'Mesures', unit: unit.count, width: 80 },
            { name: 'glitchs', title: 'Écartées', unit: unit.count, width: 80 },
            { name: 'conflits', title: 'Contradictoires', unit: unit.count, width: 120 },
            { name: 'debut', title: 'Début', mappings: qualityWords, width: 90 },
            { name: 'fin', title: 'Fin', mappings: qualityWords, width: 90 },
          ],
        }),
        table({
          id: 19,
          title: 'Anomalies techniques',
          description: 'Compteurs, bus et données, les plus récentes d’abord.',
          noValue: 'Aucune anomalie technique sur cette période',
          width: 24,
          height: 8,
          query: maintenance.history,
          columns: anomalyHistoryColumns,
          hidden: anomalyHidden,
        }),
      ],
    },
  ],
});
