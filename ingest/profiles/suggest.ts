/** The profile that a meter seems to need, from one readout: a proposal for whoever writes the configuration, never taken by itself. */
import type { Telegram } from '../mbus/telegram.ts';
import { fractionOf } from './exact.ts';
import { indexOf, limitOf, type ReadoutFacts } from './index-register.ts';
import { otherMedium } from './medium.ts';
import { automatic } from './profile.ts';
import { profiles } from './table.ts';

export type ProfileSuggestion =
  /** The index is found without a profile. */
  | { readonly kind: 'automatic'; readonly registerLimitWh: number | undefined }
  /** One of the table: tariffs without a total. */
  | { readonly kind: 'named'; readonly profile: string }
  | { readonly kind: 'other medium'; readonly medium: string }
  | { readonly kind: 'undecided' };

export function suggestProfile(telegrams: readonly Telegram[]): ProfileSuggestion {
  const medium = otherMedium(telegrams);
  if (medium !== null) return { kind: 'other medium', medium };
  const records = telegrams.flatMap((telegram) => telegram.records);
  const found = indexOf(records, automatic, one, noFacts);
  if (found.ok) {
    const status = telegrams.find(({ header }) => header !== null)?.header?.status;
    return { kind: 'automatic', registerLimitWh: limitOf(found.value, automatic, status) };
  }
  const tariffs = records
    .filter(
      ({ quantity, storage, function: kind }) => quantity === 'energy' && storage === 0 && kind === 'instantaneous',
    )
    .map(({ tariff }) => tariff);
  const greatest = Math.max(0, ...tariffs);
  const name = greatest === 1 ? 'tarif-1' : `tarifs-${greatest}`;
  const profile = profiles.get(name);
  return profile !== undefined && indexOf(records, profile, one, noFacts).ok
    ? { kind: 'named', profile: name }
    : { kind: 'undecided' };
}

const one = fractionOf(1);
const noFacts: ReadoutFacts = { instantOf: () => undefined, maxPowerW: Number.POSITIVE_INFINITY };
