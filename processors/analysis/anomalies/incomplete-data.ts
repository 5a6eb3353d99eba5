/**
 * `donnees_incompletes` (mineur): on a closed day a registered meter is not complete; or all are, but the balance that suggests a leak or
 * an incoherence is not measured (an outage across midnight), so that neither may be raised. One finding for the building.
 * Value: complete meters; threshold: registered meters.
 */
import { frenchPlural } from '../../../domain/french.ts';
import { type Finding, finding, lotsOf } from '../finding.ts';

export interface IncompleteDataFacts {
  /** Every registered meter, whatever its role. */
  readonly meters: readonly { readonly meter: string; readonly lot: number | null; readonly complete: boolean }[];
  /** The day is over and its readings had the time to arrive (`closed` by event time or clock). */
  readonly closed: boolean;
  /** `leakSuspected` or `incoherenceSuspected`. */
  readonly balanceSuspected: boolean;
}

export function incompleteDataAnomaly(facts: IncompleteDataFacts): Finding | null {
  if (!facts.closed) return null;
  const incomplete = facts.meters.filter(({ complete }) => !complete).sort((a, b) => (a.meter < b.meter ? -1 : 1));
  if (incomplete.length === 0 && !facts.balanceSuspected) return null;
  const threshold = facts.meters.length;
  const value = threshold - incomplete.length;
  const text =
    incomplete.length === 0
      ? 'Données incomplètes\u00a0: écart entre la somme des compteurs et le compteur général, mais des index de minuit sont estimés'
      : `Données incomplètes\u00a0: ${value}/${threshold} compteurs complets, ${frenchPlural(incomplete.length, 'incomplet', 'incomplets')}\u00a0: ${incomplete.map(({ meter }) => meter).join(', ')}`;
  return finding('donnees_incompletes', { value, threshold, text, lots: lotsOf(incomplete) });
}
