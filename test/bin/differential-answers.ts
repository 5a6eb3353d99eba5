/** What `releve report` must say, from the results of the second implementation: the answers' members that follow from readings alone. */
import type { Building } from '../../domain/building.ts';

type Fields = Readonly<Record<string, unknown>>;
type Results = ReadonlyMap<string, Fields>;
type Json = Record<string, unknown>;

const kwh = (wh: unknown): number | null => (wh === null || wh === undefined ? null : (wh as number) / 1000);
const states: Readonly<Record<string, string>> = { open: 'ouvert', provisional: 'provisoire', final: 'definitif' };
const periodNames: Readonly<Record<string, string>> = { mois: 'month', trimestre: 'quarter', annee: 'year' };

function certainty(result: Fields): Json {
  return {
    etat: states[result.status as string],
    drapeaux: result.flags,
    qualite_debut: result.startQuality,
    qualite_fin: result.endQuality,
    energie_estimee: kwh(result.estimatedWh),
  };
}

export function expectedDay(building: Building, results: Results, start: number): Json {
  const day = results.get(`building_day/${start}`) as Fields;
  const of = (meter: string): Fields => results.get(`meter_day/${meter}/${start}`) as Fields;
  const general = of('G');
  return {
    date: day.date,
    consommation_globale: {
      energie_consommee: kwh(general.energyWh),
      puissance_max: general.powerMaxW,
      puissance_moyenne: general.powerMeanW,
      nb_mesures: general.readings,
      ...certainty(general),
    },
    consommations_locataires: Object.fromEntries(
      lotNumbers(building).map((lot) => {
        const days = metersOf(building, lot).map(of);
        const single = days.length === 1 && days[0] ? certainty(days[0]) : {};
        const known = days.filter((d) => d.energyWh !== null);
        return [
          `locataire_${lot}`,
          {
            energie_consommee: known.length === 0 ? null : kwh(sum(known.map((d) => d.energyWh as number))),
            nb_mesures: sum(days.map((d) => d.readings as number)),
            statut: days.some((d) => d.activity === 'actif') ? 'actif' : 'inactif',
            ...single,
          },
        ];
      }),
    ),
    repartition: {
      total_locataires: kwh(day.tenantsWh),
      moyenne_par_locataire: kwh(day.meanWh),
      mediane: kwh(day.medianWh),
      minimum: kwh(day.minWh),
      maximum: kwh(day.maxWh),
      ecart_type: kwh(day.stdevWh),
      coefficient_variation: day.coefficientOfVariation,
      classes_consommation: {
        faible: day.classFaible,
        moyen: day.classMoyen,
        eleve: day.classEleve,
        tres_eleve: day.classTresEleve,
      },
      nb_connus: day.knownCount,
    },
    efficacite: { score_homogeneite: day.homogeneity, nb_compares: day.homogeneityCount },
    comptage: {
      ratio: day.leakRatio,
      qualite: day.leakRatioQuality,
      reste: kwh(day.remainderWh),
      communs: kwh(day.commonWh),
      compteurs_presents: day.metersReporting,
      compteurs_attendus: day.metersExpected,
    },
  };
}

export function expectedCharges(building: Building, results: Results, kind: string, start: number): Json {
  const period = periodNames[kind] as string;
  const whole = results.get(`building_period/${period}/${start}`) as Fields;
  const lots = lotNumbers(building).map((lot) => {
    const own = metersOf(building, lot).map((m) => results.get(`meter_period/${m}/${period}/0/${start}`) as Fields);
    return { lot, own, wh: sum(own.map((m) => (m.energyWh as number | null) ?? 0)) };
  });
  const active = lots.filter(({ own }) => own.some((m) => m.activity === 'actif')).length;
  return {
    periode: { type: kind, date: whole.date, etat: states[whole.status as string] },
    repartition: Object.fromEntries(
      lots.map(({ lot, own, wh }) => [
        `locataire_${lot}`,
        {
          consommation_kwh: kwh(wh),
          jours_factures: Math.max(...own.map((m) => m.billedDays as number)),
          statut: own.some((m) => m.activity === 'actif') ? 'actif' : 'inactif',
          part_consommation: hundredths(own.map((m) => m.sharePct)),
          part_egalitaire: hundredths(own.map((m) => m.equalSharePct)),
          ecart_vs_moyenne: hundredths(own.map((m) => m.deviationPct)),
          montant_centimes: sum(own.map((m) => m.amountCents as number)),
        },
      ]),
    ),
    total_general: {
      consommation_totale: kwh(sum(lots.map(({ wh }) => wh))),
      locataires_actifs: active,
      consommation_moyenne: active === 0 ? 0 : sum(lots.map(({ wh }) => wh)) / active / 1000,
      compteur_general: kwh(whole.generalWh),
      reste: kwh(whole.remainderWh),
      montant_centimes: whole.amountCents,
    },
  };
}

/** The parts that are billed: the stays of a meter, or the whole where nobody moved. */
export function expectedStatements(
  building: Building,
  results: Results,
  kind: string,
  start: number,
  lot: number,
): Json[] {
  const period = periodNames[kind] as string;
  return metersOf(building, lot).flatMap((meter) => {
    const rows = [...results.values()]
      .filter((r) => r.kind === 'meter_period' && r.meter === meter && r.period === period && r.start === start)
      .sort((a, b) => (a.occupancy as number) - (b.occupancy as number));
    return (rows.length > 1 ? rows.slice(1) : rows).map((row) => ({
      lot,
      compteur: meter,
      occupant: row.occupant,
      payeur: row.payer,
      jours_factures: row.billedDays,
      statut: row.activity,
      consommation_kwh: kwh(row.energyWh ?? 0),
      tranches: Object.entries(row.slotsWh as Record<string, number>)
        .map(([name, wh]) => ({
          tranche: name,
          consommation_kwh: kwh(wh),
          montant_centimes: (row.slotsCents as Record<string, number>)[name] ?? null,
        }))
        .sort((a, b) => (a.tranche < b.tranche ? -1 : 1)),
      part_consommation: row.sharePct,
      part_egalitaire: row.equalSharePct,
      ecart_vs_moyenne: row.deviationPct,
      communs_centimes: row.commonCents,
      montant_centimes: row.amountCents,
      ...certainty(row),
      energie_estimee: kwh(row.pricedEstimatedWh),
    }));
  });
}

/** Paths at which `actual` lacks or contradicts what is expected; fractions to 1e-9. */
export function contradictions(expected: unknown, actual: unknown, path = ''): string[] {
  if (typeof expected === 'number' && typeof actual === 'number')
    return Math.abs(expected - actual) <= 1e-9 * Math.max(1, Math.abs(expected)) ? [] : [said(path, expected, actual)];
  if (typeof expected !== 'object' || expected === null)
    return Object.is(expected, actual) ? [] : [said(path, expected, actual)];
  if (typeof actual !== 'object' || actual === null) return [said(path, expected, actual)];
  if (Array.isArray(expected) && expected.length !== (actual as unknown[]).length)
    return [said(path, expected.length, (actual as unknown[]).length)];
  return Object.entries(expected).flatMap(([member, want]) =>
    contradictions(want, (actual as Json)[member], `${path}/${member}`),
  );
}

function said(path: string, expected: unknown, actual: unknown): string {
  return `${path}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`;
}

function lotNumbers(building: Building): number[] {
  const numbers = building.meters.flatMap(({ role, lot }) => (role === 'tenant' && lot !== null ? [lot] : []));
  return [...new Set(numbers)].sort((a, b) => a - b);
}

function metersOf(building: Building, lot: number): string[] {
  return building.meters.flatMap((meter) => (meter.role === 'tenant' && meter.lot === lot ? [meter.id] : []));
}

function hundredths(percents: readonly unknown[]): number {
  return Math.round(sum(percents as number[]) * 100) / 100;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
