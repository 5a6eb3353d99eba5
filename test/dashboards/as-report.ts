/**
 * The figures that panels show, worked out from what `releve report` says of the same data: a second way to every number, that knows no
 * Flux and no line protocol. By the panel's page, number and column; energies are Wh and money cents, so that they compare exactly.
 */
import type { ChargesAnswer } from '../../api/answers/charges.ts';
import type { DailyAnalysisAnswer } from '../../api/answers/daily-analysis.ts';
import type { TenantReportAnswer } from '../../api/answers/tenant-report.ts';

type Analysis = DailyAnalysisAnswer['analyses'][number];
type Figures = Readonly<Record<string, readonly unknown[]>>;

export const wh = (kilowattHours: number | null): number | null =>
  kilowattHours === null ? null : Math.round(kilowattHours * 1000);
export const meterOf = (lot: string): string => `LOC${lot.replace('locataire_', '').padStart(2, '0')}`;
const known = (values: readonly (number | null)[]): number[] => values.filter((value) => value !== null);
const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const isOver = ({ consommation_globale: { etat } }: Analysis): boolean => etat !== 'ouvert';

/** `days`: of one month from its first to the running one, oldest first. */
export function buildingFigures(days: readonly Analysis[]): Figures {
  const over = days.filter(isOver);
  const last = over.at(-1)!;
  const ranking = Object.keys(last.consommations_locataires)
    .map((lot) => {
      const own = over.map((day) => day.consommations_locataires[lot]!);
      const energies = known(own.map((day) => wh(day.energie_consommee)));
      return {
        meter: meterOf(lot),
        energy: sum(energies),
        count: energies.length,
        peak: Math.max(...known(own.map((day) => day.puissance_max))),
      };
    })
    .sort((a, b) => b.energy - a.energy);
  const recent = days.slice(-2).flatMap((day) => day.anomalies);
  // The clock's findings keep the day on which they began.
  const live = days
    .flatMap((day) => day.anomalies)
    .filter(({ type }) => /^(compteur_silencieux|bus_degrade)$/.test(type));
  const open = new Set([...recent, ...live].map(({ type, compteur, bus }) => `${type}/${compteur ?? bus ?? ''}`));
  return {
    'immeuble/2 _value': [open.size],
    'immeuble/3 releves': [`${last.comptage.compteurs_presents}/${last.comptage.compteurs_attendus}`],
    'immeuble/4 _value': [last.efficacite.score_homogeneite],
    'immeuble/5 phrase': [last.efficacite.interpretation],
    'immeuble/6 _value Wh': [wh(last.consommation_globale.energie_consommee)],
    'immeuble/7 _value Wh': [sum(known(days.map((day) => wh(day.consommation_globale.energie_consommee))))],
    'immeuble/8 _value': [last.comptage.ratio! * 100],
    'immeuble/10 A Wh': days.map((day) => wh(day.repartition.total_locataires)),
    'immeuble/10 B Wh': known(days.map((day) => wh(day.comptage.communs))),
    'immeuble/10 C Wh': known(days.map((day) => wh(day.comptage.reste))),
    'immeuble/11 _value': known(over.map((day) => day.comptage.ratio)).map((ratio) => ratio * 100),
    'immeuble/12 A Wh': known(days.map((day) => day.consommation_globale.puissance_max)),
    'immeuble/13 class_faible': [last.repartition.classes_consommation.faible],
    'immeuble/13 class_moyen': [last.repartition.classes_consommation.moyen],
    'immeuble/13 class_eleve': [last.repartition.classes_consommation.eleve],
    'immeuble/13 class_tres_eleve': [last.repartition.classes_consommation.tres_eleve],
    'immeuble/14 compteur': ranking.map(({ meter }) => meter),
    'immeuble/14 energie Wh': ranking.map(({ energy }) => energy),
    'immeuble/14 jours': ranking.map(({ count }) => count),
    'immeuble/14 pointe Wh': ranking.map(({ peak }) => peak),
    'immeuble/15 _value': over.map((day) => day.efficacite.score_homogeneite),
    'immeuble/16 A': over.map((day) => day.comptage.compteurs_presents),
    'immeuble/16 B': over.map((day) => day.comptage.compteurs_attendus),
  };
}

export function chargesFigures({ periode, repartition, total_general: total }: ChargesAnswer): Figures {
  const lots = Object.values(repartition);
  const column = (pick: (lot: (typeof lots)[number]) => unknown): unknown[] => lots.map(pick);
  return {
    'charges/1 _value Wh': [wh(total.consommation_totale)],
    'charges/2 montant cents': [total.montant_centimes],
    'charges/3 etat': [{ ouvert: 'open', provisoire: 'provisional', definitif: 'final' }[periode.etat]],
    'charges/4 _value': [(sum(lots.map((lot) => lot.energie_estimee)) / total.consommation_totale) * 100],
    'charges/6 _value Wh': [wh(total.reste)],
    'charges/10 compteur': Object.keys(repartition).map(meterOf),
    'charges/10 energie Wh': column((lot) => wh(lot.consommation_kwh)),
    'charges/10 part': column((lot) => lot.part_consommation),
    'charges/10 egale': column((lot) => lot.part_egalitaire),
    'charges/10 ecart': column((lot) => lot.ecart_vs_moyenne),
    'charges/10 montant cents': column((lot) => lot.montant_centimes),
    'charges/10 jours': column((lot) => lot.jours_factures),
    'charges/10 estimee Wh': column((lot) => wh(lot.energie_estimee)),
    'charges/11 ecart': column((lot) => lot.ecart_vs_moyenne),
    'charges/13 energie Wh': lots.flatMap((lot) => lot.occupations.map((stay) => wh(stay.consommation_kwh))),
    'charges/13 montant cents': lots.flatMap((lot) => lot.occupations.map((stay) => stay.montant_centimes)),
    'charges/13 payeur': lots.flatMap((lot) => lot.occupations.map((stay) => stay.payeur)),
  };
}

/** Cents of the period and of the one a year before, by meter. */
export function yearFigures(now: ChargesAnswer, before: ChargesAnswer): Figures {
  const energies = ({ repartition }: ChargesAnswer) =>
    Object.values(repartition).map((lot) => wh(lot.consommation_kwh));
  return { 'charges/12 energie Wh': energies(now), 'charges/12 annee_precedente Wh': energies(before) };
}

export function lotFigures({ consommation_quotidienne: days }: TenantReportAnswer): Figures {
  const over = days.filter(({ etat }) => etat !== 'ouvert');
  return {
    'lot/1 _value Wh': [wh(over.at(-1)!.energie_consommee)],
    'lot/3 _value Wh': [sum(known(days.map((day) => wh(day.energie_consommee))))],
    'lot/4 _value Wh': [Math.max(...known(days.map((day) => day.puissance_max)))],
    'lot/10 A Wh': known(days.map((day) => wh(day.energie_consommee))),
    'lot/13 _value Wh': known(days.map((day) => day.puissance_max)),
    'lot/17 mesures': days.map((day) => day.nb_mesures).reverse(),
  };
}

/** `1 234,56 €` back to cents. */
export function centsOf(text: string): number {
  const digits = text.replaceAll(/[^\d-]/g, '');
  return Number(digits);
}
