/** The answers of all routes over a store of results: the same questions must get the same answers from every implementation. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { charges, chargesAnswer } from '../../api/answers/charges.ts';
import type { AnswerContext } from '../../api/answers/context.ts';
import { dailyAnalysis, dailyAnalysisAnswer } from '../../api/answers/daily-analysis.ts';
import { dashboard, dashboardAnswer } from '../../api/answers/dashboard.ts';
import { loadCurve } from '../../api/answers/load-curve.ts';
import { type MeteredLot, meteredLot } from '../../api/answers/lots.ts';
import { maintenance, maintenanceAnswer } from '../../api/answers/maintenance.ts';
import { statements, statementsAnswer } from '../../api/answers/statement.ts';
import { tenantReport, tenantReportAnswer } from '../../api/answers/tenant-report.ts';
import type { Meter } from '../../domain/building.ts';
import type { AnomalyType } from '../../domain/results.ts';
import type { ResultsStore } from '../../results/port.ts';
import {
  adjustment,
  anomaly,
  buildingDay,
  buildingOf,
  buildingPeriod,
  busHealth,
  meterDay,
  meterPeriod,
  meterState,
  moveIn,
  now,
  paris,
  reading,
  recommendation,
} from './fixtures.ts';

const building = buildingOf();
const calendar = paris();
const today = calendar.windowOf('day', now);
const yesterday = calendar.previous(today);
const month = calendar.windowOf('month', now);
const previousMonth = calendar.previous(month);
const yearBefore = calendar.windowOf('month', Date.parse('2025-03-15T12:00:00+01:00'));
const everyType: readonly AnomalyType[] = [
  'fuite_energetique',
  'incoherence_comptage',
  'depassement_puissance',
  'compteurs_defaillants',
  'compteur_silencieux',
  'compteur_fige',
  'surconsommation_locataire',
  'consommation_lot_vacant',
  'bus_degrade',
  'donnees_incompletes',
];

function meter(id: string): Meter {
  const found = building.meters.find((candidate) => candidate.id === id);
  if (!found) throw new Error(id);
  return found;
}

function lot(number: number): MeteredLot {
  const found = meteredLot(building, number);
  if (!found) throw new Error(String(number));
  return found;
}

/** `open` gives an empty store. */
export function describeAnswers(name: string, open: () => Promise<ResultsStore>): void {
  describe(`answers from ${name}`, () => {
    let store: ResultsStore;
    let context: AnswerContext;

    beforeAll(async () => {
      store = await open();
      context = { reader: store, building, calendar, now };
      const outcome = await store.write(stored());
      expect(outcome).toEqual({ outcome: 'done', refused: [] });
    });
    afterAll(() => store.close());

    it('analyse-quotidienne has every key of the seed, and no other shape than it says', async () => {
      const answer = await dailyAnalysis(context, { days: 2 });
      expect(dailyAnalysisAnswer.parse(answer)).toEqual(answer);
      expect(answer.periode).toBe('2 jour(s)');
      expect(answer.config_immeuble).toEqual({
        nb_locataires: 20,
        puissance_souscrite: 36,
        adresse: '12 rue des Tilleuls, 69003 Lyon',
        syndic: 'Cabinet Martin & Fils',
        immeuble: 'tilleuls',
        nom: 'Résidence des Tilleuls',
      });
      expect(answer.analyses.map((day) => day.date)).toEqual(['2026-03-31', '2026-03-30']);
    });

    it('a day: general meter, lots, distribution, efficiency and metering to the Wh', async () => {
      const [, day] = (await dailyAnalysis(context, { days: 2 })).analyses;
      expect(day?.consommation_globale).toEqual({
        energie_consommee: 171.001,
        puissance_max: 34_567,
        puissance_moyenne: 7_125.5,
        nb_mesures: 1_439,
        etat: 'provisoire',
        drapeaux: ['glitch'],
        qualite_debut: 'measured',
        qualite_fin: 'estimated',
        energie_estimee: 1.234,
        revision: 3,
      });
      expect(Object.keys(day?.consommations_locataires ?? {})).toHaveLength(20);
      expect(day?.consommations_locataires.locataire_3).toEqual({
        energie_consommee: 19.401,
        puissance_max: 3_200,
        nb_mesures: 1_440,
        statut: 'actif',
        etat: 'provisoire',
        drapeaux: [],
        qualite_debut: 'measured',
        qualite_fin: 'measured',
        energie_estimee: 0,
        revision: 1,
      });
      expect(day?.consommations_locataires.locataire_9).toMatchObject({
        energie_consommee: null,
        puissance_max: null,
        nb_mesures: 0,
        statut: 'inactif',
        drapeaux: ['partial'],
        qualite_debut: 'none',
        qualite_fin: 'none',
      });
      expect(day?.consommations_locataires.locataire_20).toMatchObject({
        energie_consommee: null,
        nb_mesures: 0,
        statut: 'inactif',
        etat: 'provisoire',
        qualite_debut: 'none',
      });
      expect(day?.repartition).toEqual({
        total_locataires: 160.123,
        moyenne_par_locataire: 8,
        mediane: 7.9505,
        minimum: 1.2,
        maximum: 14.9,
        ecart_type: 2.345678,
        coefficient_variation: 0.29320975,
        classes_consommation: { faible: 3, moyen: 11, eleve: 6, tres_eleve: 0 },
        nb_connus: 20,
      });
      expect(day?.comptage).toEqual({
        ratio: 0.9,
        qualite: 'measured',
        reste: 2,
        communs: 9,
        compteurs_presents: 18,
        compteurs_attendus: 20,
      });
      // 17 lots of 8 kWh and one of 19.401: lots 9 and 20 are unknown, lot 12 is vacant but has 8 kWh, which do not count.
      const average = (16 * 8 + 19.401) / 17;
      expect(day?.efficacite.moyenne_journaliere).toBeCloseTo(average, 10);
      expect(day?.efficacite.mediane).toBe(8);
      const variance = (16 * (8 - average) ** 2 + (19.401 - average) ** 2) / 16;
      expect(day?.efficacite.coefficient_variation).toBeCloseTo((Math.sqrt(variance) / average) * 100, 8);
      expect(day?.efficacite.score_homogeneite).toBe(70.679025);
      expect(day?.efficacite.interpretation).toBe('Bonne homogénéité - Quelques écarts à surveiller');
    });

    it('each anomaly once, the gravest first, idle meters as one that names its lots, closed ones left out', async () => {
      const [, day] = (await dailyAnalysis(context, { days: 2 })).analyses;
      const anomalies = day?.anomalies ?? [];
      expect(new Set(anomalies.map(({ type }) => type))).toEqual(new Set(everyType));
      expect(anomalies).toHaveLength(everyType.length);
      expect(anomalies[0]).toMatchObject({ type: 'depassement_puissance', severite: 'critique' });
      const severities = anomalies.map(({ severite }) => ['critique', 'majeur', 'mineur'].indexOf(severite));
      expect(severities).toEqual([...severities].sort());
      expect(anomalies.find(({ type }) => type === 'fuite_energetique')).toEqual({
        type: 'fuite_energetique',
        severite: 'majeur',
        description: 'texte fuite_energetique',
        valeur: 0.9,
        seuil: 0.95,
        impact_estime: 17.1,
        locataires_concernes: [],
        compteur: null,
        bus: null,
        ouverte_depuis: '2026-03-30T01:00:00+02:00',
      });
      expect(anomalies.find(({ type }) => type === 'compteurs_defaillants')).toMatchObject({
        locataires_concernes: ['locataire_4', 'locataire_6'],
        description: '2 compteurs inactifs: locataire_4, locataire_6',
      });
      expect(anomalies.find(({ type }) => type === 'surconsommation_locataire')).toMatchObject({
        compteur: 'LOC03',
        locataires_concernes: ['locataire_3'],
      });
      expect(anomalies.find(({ type }) => type === 'bus_degrade')).toMatchObject({ bus: 'gaine', compteur: null });
    });

    it('recommendations: open ones, the most urgent first', async () => {
      const [, day] = (await dailyAnalysis(context, { days: 2 })).analyses;
      expect(day?.recommandations).toEqual([
        {
          priorite: 'haute',
          domaine: 'technique',
          action: 'Inspection des installations communes',
          description: 'Investiguer',
          code: 'inspecter_communs',
        },
        {
          priorite: 'basse',
          domaine: 'maintenance',
          action: 'Maintenance préventive compteurs',
          description: 'Vérification annuelle des compteurs individuels',
          code: 'maintenance_annuelle',
        },
      ]);
    });

    it('a day without results is unknown, not zero', async () => {
      const answer = await dailyAnalysis(context, { days: 1, date: '2019-07-14' });
      const [day] = answer.analyses;
      expect(dailyAnalysisAnswer.parse(answer)).toEqual(answer);
      expect(day?.consommation_globale.energie_consommee).toBeNull();
      expect(day?.consommation_globale.etat).toBe('provisoire');
      expect(day?.consommations_locataires.locataire_1?.energie_consommee).toBeNull();
      expect(day?.repartition).toMatchObject({ total_locataires: 0, mediane: null, erreur: 'Aucune donnée' });
      expect(day?.efficacite).toMatchObject({ erreur: 'Données insuffisantes', score_homogeneite: null });
      expect(day?.comptage).toMatchObject({
        ratio: null,
        qualite: 'none',
        compteurs_presents: 0,
        compteurs_attendus: 20,
      });
    });

    it('days count backwards from the date over the day of 23 hours', async () => {
      const answer = await dailyAnalysis(context, { days: 3, date: '2026-03-30' });
      expect(answer.analyses.map((day) => day.date)).toEqual(['2026-03-30', '2026-03-29', '2026-03-28']);
    });

    it('repartition-charges: shares add up to 100, stays stand in their lot, totals are the sum of the lots', async () => {
      const answer = await charges(context, { period: 'mois' });
      expect(chargesAnswer.parse(answer)).toEqual(answer);
      expect(answer.periode).toEqual({
        debut: '2026-03-01T00:00:00+01:00',
        fin: '2026-04-01T00:00:00+02:00',
        type: 'mois',
        date: '2026-03-01',
        cloturee_le: null,
        etat: 'ouvert',
      });
      const lots = Object.values(answer.repartition);
      expect(lots).toHaveLength(20);
      expect(lots.reduce((total, one) => total + Math.round(one.part_consommation * 100), 0)).toBe(10_000);
      expect(answer.repartition.locataire_1).toEqual({
        consommation_kwh: 240.001,
        jours_factures: 31,
        statut: 'actif',
        part_consommation: 5.26,
        part_egalitaire: 5.26,
        ecart_vs_moyenne: 0,
        montant_centimes: 5_120,
        occupations: [],
        etat: 'ouvert',
        drapeaux: [],
        qualite_debut: 'measured',
        qualite_fin: 'measured',
        energie_estimee: 0,
        revision: 1,
      });
      expect(answer.repartition.locataire_7).toMatchObject({
        consommation_kwh: 240.001,
        // The day of the change counts once: 16 days up to it, 16 from it on.
        jours_factures: 31,
        part_consommation: 5.26,
        montant_centimes: 5_120,
        occupations: [
          {
            occupant: 'O07a',
            consommation_kwh: 120,
            debut: '2026-03-01T00:00:00+01:00',
            fin: '2026-03-16T10:00:00+01:00',
          },
          {
            occupant: 'O07b',
            consommation_kwh: 120.001,
            debut: '2026-03-16T10:00:00+01:00',
            fin: '2026-04-01T00:00:00+02:00',
          },
        ],
      });
      expect(answer.repartition.locataire_20).toMatchObject({
        consommation_kwh: 0,
        statut: 'inactif',
        part_consommation: 0,
        part_egalitaire: 0,
        montant_centimes: null,
        jours_factures: 31,
      });
      expect(answer.total_general).toEqual({
        consommation_totale: 19 * 240.001,
        locataires_actifs: 19,
        consommation_moyenne: 240.001,
        compteur_general: 5_130,
        reste: 330,
        montant_centimes: 102_400,
        mode: 'repartition',
      });
    });

    it('the mode information tells no euros', async () => {
      const informed = { ...context, building: buildingOf({ charges: { ...building.charges, mode: 'information' } }) };
      const answer = await charges(informed, { period: 'mois' });
      expect(answer.total_general.montant_centimes).toBeNull();
      expect(Object.values(answer.repartition).every((one) => one.montant_centimes === null)).toBe(true);
      expect(JSON.stringify(await statements(informed, { period: 'mois' }))).not.toMatch(/centimes(_kwh)?":\d/);
    });

    it('a quarter and a year are their own windows', async () => {
      expect((await charges(context, { period: 'trimestre', date: '2026-02-11' })).periode).toMatchObject({
        date: '2026-01-01',
        fin: '2026-04-01T00:00:00+02:00',
      });
      const year = await charges(context, { period: 'annee', date: '2025-12-31' });
      expect(year.periode).toMatchObject({ date: '2025-01-01', etat: 'provisoire' });
      expect(year.repartition.locataire_1).toMatchObject({
        consommation_kwh: 0,
        statut: 'inactif',
        jours_factures: 365,
      });
      expect(year.total_general.locataires_actifs).toBe(0);
      expect(year.total_general.consommation_moyenne).toBe(0);
    });

    it('tableau-bord-syndic: today, the month, thirty days and their means over what is known', async () => {
      const answer = await dashboard(context);
      expect(dashboardAnswer.parse(answer)).toEqual(answer);
      expect(answer.tendances_30j).toHaveLength(30);
      expect(answer.tendances_30j.slice(0, 3)).toEqual([
        {
          date: '2026-03-31',
          conso_totale: 80,
          nb_anomalies: 0,
          conso_locataires: 75,
          conso_communs: 9,
          reste: 2,
          puissance_max: 18_000,
          etat: 'ouvert',
        },
        {
          date: '2026-03-30',
          conso_totale: 171.001,
          nb_anomalies: everyType.length,
          conso_locataires: 160.123,
          conso_communs: 9,
          reste: 2,
          puissance_max: 34_567,
          etat: 'provisoire',
        },
        {
          date: '2026-03-29',
          conso_totale: null,
          nb_anomalies: 0,
          conso_locataires: null,
          conso_communs: null,
          reste: null,
          puissance_max: null,
          etat: 'provisoire',
        },
      ]);
      expect(answer.tendances_30j.at(-1)?.date).toBe('2026-03-02');
      expect(answer.kpis_synthese).toEqual({
        conso_moyenne_journaliere: (80 + 171.001) / 2,
        anomalies_moyennes: everyType.length / 30,
        locataires_suivis: 20,
        conso_moyenne_jours_complets: 171.001,
      });
      expect(answer.analyse_actuelle).toEqual((await dailyAnalysis(context, { days: 1 })).analyses[0]);
      expect(answer.repartition_charges).toEqual(await charges(context, { period: 'mois' }));
    });

    it('rapports-locataires: own days, statistics and alerts', async () => {
      const answer = await tenantReport(context, { lot: lot(3), days: 2 });
      expect(tenantReportAnswer.parse(answer)).toEqual(answer);
      expect(answer.locataire).toBe('3');
      expect(answer.periode).toEqual({
        debut: '2026-03-30T00:00:00+02:00',
        fin: '2026-04-01T00:00:00+02:00',
        jours: 2,
      });
      expect(answer.statistiques).toEqual({
        nb_mesures: 2_312,
        puissance_max: 3_200,
        puissance_moyenne: 333.25,
        energie_totale: 23.401,
        moyenne_journaliere: 19.401,
        moyenne_immeuble: 8,
      });
      expect(answer.consommation_quotidienne.map((day) => [day.date, day.energie_consommee, day.etat])).toEqual([
        ['2026-03-30', 19.401, 'provisoire'],
        ['2026-03-31', 4, 'ouvert'],
      ]);
      expect(answer.alertes_personnelles).toMatchObject([{ type: 'surconsommation_locataire', date: '2026-03-30' }]);
    });

    it('a report tells nothing of another lot', async () => {
      const answer = await tenantReport(context, { lot: lot(4), days: 2 });
      expect(answer.alertes_personnelles).toMatchObject([
        {
          type: 'compteurs_defaillants',
          locataires_concernes: ['locataire_4'],
          description: 'Compteur inactif: locataire_4',
        },
      ]);
      expect(JSON.stringify(answer)).not.toContain('locataire_6');
    });

    it('a tenant sees the own stay only', async () => {
      const answer = await tenantReport(context, { lot: lot(7), days: 30, since: moveIn });
      expect(answer.consommation_quotidienne[0]?.date).toBe('2026-03-17');
      const own = await statements(context, { period: 'mois', lot: 7, since: moveIn });
      expect(own.releves.map((one) => one.occupant)).toEqual(['O07b']);
      expect(own.releves[0]).toMatchObject({ periode_precedente_kwh: null, annee_precedente_kwh: null });
    });

    it('a lot without data says so', async () => {
      const answer = await tenantReport(context, { lot: lot(20), days: 3, date: '2024-02-29' });
      expect(tenantReportAnswer.parse(answer)).toEqual(answer);
      expect(answer.message).toBe('Aucune donnée disponible');
      expect(answer.statistiques.energie_totale).toBeNull();
      expect(answer.consommation_quotidienne).toHaveLength(3);
    });

    it('no average of fewer than five lots', async () => {
      const small = { ...context, building: buildingOf({}, 4) };
      const answer = await tenantReport(small, { lot: lot(3), days: 2 });
      expect(answer.statistiques.moyenne_immeuble).toBeNull();
    });

    it('maintenance counts what the meters said, and silence since then', async () => {
      const answer = await maintenance(context);
      expect(maintenanceAnswer.parse(answer)).toEqual(answer);
      expect(answer.date_verification).toBe('2026-03-31T14:32:00+02:00');
      expect(answer.compteurs_verifies).toBe(22);
      // LOC17 silent, LOC18 silent since its state was told, LOC20 never read; LOC16 frozen.
      expect(answer.statuts).toEqual({ actifs: 18, inactifs: 3, anomalies: 1 });
      expect(answer.compteurs.find(({ compteur }) => compteur === 'LOC18')).toMatchObject({
        etat: 'silencieux',
        secondes_depuis_lecture: 3_620,
      });
      expect(answer.compteurs.find(({ compteur }) => compteur === 'LOC20')).toMatchObject({
        etat: 'jamais_lu',
        derniere_lecture: null,
      });
      expect(answer.bus).toEqual([
        {
          bus: 'gaine',
          interrogations_1h: 44,
          reponses_1h: 39,
          taux_echec: 5 / 44,
          erreurs_controle_1h: 2,
          octets_ecartes_1h: 7,
          cycle_ms: 9_400,
        },
      ]);
      expect(answer.recommandations).toEqual([
        'Test de communication M-Bus : LOC17, LOC18 ne répond plus (alimentation, câblage, adresse)',
        'Mise en service à vérifier : LOC20 jamais lu (adresse, câblage, configuration)',
        "Contrôle sur place : l'index de LOC16 n'avance plus malgré une puissance mesurée",
        "Contrôle du bus gaine : 11 % d'échecs sur une heure (longueur, terminaisons, perturbations)",
      ]);
      expect(JSON.stringify(answer)).not.toMatch(/kwh|energie|consommation/i);
    });

    it('statements: slots, key, comparisons, adjustments of what was billed before', async () => {
      const answer = await statements(context, { period: 'mois', lot: 1 });
      expect(statementsAnswer.parse(answer)).toEqual(answer);
      expect(answer.releves).toHaveLength(1);
      expect(answer.releves[0]).toMatchObject({
        lot: 1,
        compteur: 'LOC01',
        occupant: 'O01',
        consommation_kwh: 240.001,
        tranches: [
          { tranche: 'hp', consommation_kwh: 180, prix_centimes_kwh: 21.46, montant_centimes: 3_863 },
          { tranche: 'hc', consommation_kwh: 60, prix_centimes_kwh: 15.3, montant_centimes: 918 },
        ],
        cle: 'generaux',
        tantiemes: 41,
        tantiemes_total: 1_010,
        communs_centimes: 339,
        montant_centimes: 5_120,
        periode_precedente_kwh: 200,
        annee_precedente_kwh: 300,
        moyenne_immeuble_kwh: 252.6315,
        regularisations: [
          {
            periode: 'mois',
            date: '2026-02-01',
            consommation_kwh: 1.5,
            montant_centimes: 32,
            motif: 'lectures tardives',
            etabli_le: '2026-03-30T14:32:00+02:00',
          },
        ],
      });
      const all = await statements(context, { period: 'mois' });
      expect(all.releves).toHaveLength(21);
      expect(all.releves.filter((one) => one.lot === 7)).toMatchObject([
        { occupant: 'O07a', fin: '2026-03-16T10:00:00+01:00', periode_precedente_kwh: 99 },
        { occupant: 'O07b', debut: '2026-03-16T10:00:00+01:00', periode_precedente_kwh: null },
      ]);
    });

    it('a load curve from the stored readings', async () => {
      const curve = await loadCurve(context, { meters: [meter('LOC05')], lot: 5 });
      expect(curve.debut).toBe('2026-03-31T00:00:00+02:00');
      expect(curve.puissances).toHaveLength(144);
      // 100 Wh each 10 minutes are 600 W, from the first reading at 01:00 to the last at 02:00.
      expect(curve.puissances.slice(5, 13)).toEqual([null, 600, 600, 600, 600, 600, 600, null]);
      const since = calendar.localTime('2026-03-31', 1, 30);
      const own = await loadCurve(context, { meters: [meter('LOC05')], lot: 5, since });
      expect(own.puissances.slice(5, 13)).toEqual([null, null, null, null, 600, 600, 600, null]);
    });
  });
}

function stored() {
  const tenants = building.meters.filter(({ role }) => role === 'tenant');
  const read = tenants.filter(({ id }) => id !== 'LOC20');
  const oneHour = calendar.localTime('2026-03-31', 1, 0);
  return [
    ...read.map((one) => meterDay(today, one, { energyWh: 4_000, status: 'open', readings: 872 })),
    ...read.map((one) =>
      one.id === 'LOC09'
        ? meterDay(yesterday, one, {
            energyWh: null,
            powerMaxW: null,
            powerMeanW: null,
            readings: 0,
            activity: 'inactif',
            class: null,
            status: 'provisional',
            flags: ['partial'],
            startQuality: 'none',
            endQuality: 'none',
          })
        : meterDay(yesterday, one, { energyWh: one.id === 'LOC03' ? 19_401 : 8_000, status: 'provisional' }),
    ),
    meterDay(today, meter('GLOBAL'), { energyWh: 80_000, status: 'open', readings: 872 }),
    meterDay(yesterday, meter('GLOBAL'), {
      energyWh: 171_001,
      powerMaxW: 34_567,
      powerMeanW: 7_125.5,
      readings: 1_439,
      status: 'provisional',
      flags: ['glitch'],
      endQuality: 'estimated',
      estimatedWh: 1_234,
      revision: 3,
    }),
    buildingDay(today, { generalWh: 80_000, tenantsWh: 75_000, status: 'open' }),
    buildingDay(yesterday, {
      generalWh: 171_001,
      tenantsWh: 160_123,
      leakRatio: 0.9,
      metersReporting: 18,
      powerMaxW: 34_567,
      status: 'provisional',
    }),
    anomaly(yesterday, 'fuite_energetique', { value: 0.9, threshold: 0.95, impactWh: 17_100 }),
    anomaly(yesterday, 'incoherence_comptage'),
    anomaly(yesterday, 'depassement_puissance'),
    anomaly(yesterday, 'compteurs_defaillants', { meter: 'LOC06', lots: [6] }),
    anomaly(yesterday, 'compteurs_defaillants', { meter: 'LOC04', lots: [4, 6] }),
    anomaly(yesterday, 'compteur_silencieux', { meter: 'LOC17', lots: [17] }),
    anomaly(yesterday, 'compteur_fige', { meter: 'LOC16', lots: [16] }),
    anomaly(yesterday, 'surconsommation_locataire', { meter: 'LOC03', lots: [3], value: 19.401, threshold: 15 }),
    anomaly(yesterday, 'surconsommation_locataire', { meter: 'LOC08', lots: [8], open: false, impactWh: 0 }),
    anomaly(yesterday, 'consommation_lot_vacant', { meter: 'LOC12', lots: [12] }),
    anomaly(yesterday, 'bus_degrade', { bus: 'gaine' }),
    anomaly(yesterday, 'donnees_incompletes', { meter: 'LOC09', lots: [9] }),
    recommendation(yesterday),
    recommendation(yesterday, {
      code: 'inspecter_communs',
      priority: 'haute',
      domain: 'technique',
      action: 'Inspection des installations communes',
      text: 'Investiguer',
    }),
    recommendation(yesterday, { code: 'augmenter_puissance', priority: 'critique', open: false }),
    ...read.flatMap((one) => {
      const share = one.id === 'LOC19' ? 5.32 : 5.26;
      const whole = { sharePct: share, equalSharePct: 5.26, deviationPct: share - 5.26, energyWh: 240_001 };
      if (one.lot !== 7) return [meterPeriod(month, one, whole)];
      return [
        meterPeriod(month, one, { ...whole, occupant: null }),
        meterPeriod(month, one, {
          occupancy: month.start,
          occupant: 'O07a',
          energyWh: 120_000,
          sharePct: 2.63,
          equalSharePct: 2.63,
          billedDays: 16,
          amountCents: 2_560,
        }),
        meterPeriod(month, one, {
          occupancy: moveIn,
          occupant: 'O07b',
          energyWh: 120_001,
          sharePct: 2.63,
          equalSharePct: 2.63,
          billedDays: 16,
          amountCents: 2_560,
        }),
      ];
    }),
    meterPeriod(month, meter('LOC20'), {
      energyWh: null,
      sharePct: 0,
      equalSharePct: 0,
      deviationPct: 0,
      amountCents: null,
      activity: 'inactif',
      flags: ['partial'],
      startQuality: 'none',
      endQuality: 'none',
      slotsWh: {},
      slotsCents: {},
      commonCents: null,
    }),
    buildingPeriod(month),
    meterPeriod(previousMonth, meter('LOC01'), { energyWh: 200_000, status: 'final' }),
    meterPeriod(previousMonth, meter('LOC07'), { energyWh: 99_000, occupant: 'O07a', status: 'final' }),
    meterPeriod(yearBefore, meter('LOC01'), { energyWh: 300_000, status: 'final' }),
    adjustment(previousMonth, meter('LOC01')),
    // The same readings adjust the quarter too, which has statements of its own.
    adjustment(previousMonth, meter('LOC01'), { period: 'quarter', energyWh: 9 }),
    ...building.meters
      .filter(({ id }) => id !== 'LOC20')
      .map(({ id }) =>
        meterState(
          id,
          id === 'LOC16'
            ? { state: 'fige' }
            : id === 'LOC17'
              ? { state: 'silencieux', secondsSinceReading: 9_000 }
              : id === 'LOC18'
                ? { at: now - 3_600_000 }
                : {},
        ),
      ),
    busHealth(),
    busHealth({ at: now - 120_000, answers: 17, timeouts: 3, checksumErrors: 2, discardedBytes: 7 }),
    busHealth({ at: now - 4_000_000, polls: 1_000, answers: 0 }),
    ...[0, 1, 2, 3, 4, 5, 6].map((step) => reading('LOC05', oneHour + step * 600_000, 5_000 + step * 100)),
  ];
}
