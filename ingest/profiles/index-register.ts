/**
 * The register that is the import index of a readout, or why none is: nothing is guessed.
 *
 * Without a profile it is the one present total of energy (select.ts). Several that agree within their steps are one register shown
 * twice: the finest counts. A later telegram of the readout may show it a little further on, by what the meter can have counted
 * meanwhile. Several that do not agree, tariffs without a total, or only an export index: INDEX_UNDECIDED.
 */
import { type Outcome, ok, rejected } from '../../domain/errors.ts';
import type { DataRecord } from '../mbus/application/record.ts';
import { type Fraction, plus } from './exact.ts';
import type { MeterProfile, RecordSelector } from './profile.ts';
import { type Register, registerLimitWh, registerOf } from './register.ts';
import { manufacturersOwn, presentTotals, select } from './select.ts';

export interface Decided {
  readonly register: Register;
  readonly record: DataRecord;
}

/** What the telegrams of a readout say of one another. */
export interface ReadoutFacts {
  instantOf(record: DataRecord): number | undefined;
  readonly maxPowerW: number;
}

/** By the profile, or the one present total. */
export function indexOf(
  records: readonly DataRecord[],
  profile: MeterProfile,
  multiplier: Fraction,
  facts: ReadoutFacts,
): Outcome<Decided> {
  if (profile.index === undefined) return automaticIndex(records, multiplier, facts);
  if (!('sum' in profile.index)) return selectedIndex(records, profile.index, multiplier);
  let total: Decided | undefined;
  for (const selector of profile.index.sum) {
    const part = selectedIndex(records, selector, multiplier);
    if (!part.ok) return part;
    total = total
      ? {
          record: total.record,
          register: {
            valueWh: plus(total.register.valueWh, part.value.register.valueWh),
            // Each register stands somewhere within its own step.
            stepWh: plus(total.register.stepWh, part.value.register.stepWh),
          },
        }
      : part.value;
  }
  return total ? ok(total) : rejected('INDEX_UNDECIDED', { reason: 'none' });
}

/** A sum has no end of its own: each of its registers starts again by itself. */
export function limitOf({ record, register }: Decided, { index }: MeterProfile, status?: number): number | undefined {
  if (index !== undefined && 'sum' in index) return undefined;
  return registerLimitWh(record, register.stepWh, status, index?.digits);
}

function selectedIndex(
  records: readonly DataRecord[],
  selector: RecordSelector,
  multiplier: Fraction,
): Outcome<Decided> {
  const found = select(records, selector, 'energy');
  const [record] = found;
  if (record === undefined) return rejected('INDEX_UNDECIDED', { reason: 'none of the profile', selector });
  if (found.length > 1) return rejected('INDEX_UNDECIDED', { reason: 'several of the profile', count: found.length });
  if (record.error !== null) return rejected('RECORD_ERROR', { error: record.error });
  const register = registerOf(record, multiplier, selector.unit_value);
  return register ? ok({ register, record }) : rejected('INDEX_UNDECIDED', { reason: 'unit', unit: record.unit });
}

function automaticIndex(records: readonly DataRecord[], multiplier: Fraction, facts: ReadoutFacts): Outcome<Decided> {
  const candidates = presentTotals(records, 'energy', 'import');
  if (candidates.length === 0) {
    const others = records.filter((record) => record.quantity === 'energy');
    const isTariffOnly = others.some((record) => record.tariff > 0 && record.storage === 0);
    const isOwn = manufacturersOwn(records, 'energy').length > 0;
    return rejected('INDEX_UNDECIDED', {
      reason: isTariffOnly ? 'tariffs without a total' : isOwn ? 'manufacturer VIFE' : 'none',
      energies: others.length,
    });
  }
  const sound = candidates.filter((record) => record.error === null);
  if (sound.length === 0) return rejected('RECORD_ERROR', { error: candidates[0]?.error });
  const decided = sound
    .map((record) => ({ record, register: registerOf(record, multiplier) }))
    .filter((each): each is Decided => each.register !== null)
    .toSorted((a, b) => compare(a.register.stepWh, b.register.stepWh));
  const [finest] = decided;
  if (!finest) return rejected('INDEX_UNDECIDED', { reason: 'unit' });
  const differing = decided.find(
    (other) => !agree(finest.register, other.register, countedBetween(finest, other, facts)),
  );
  if (differing) return rejected('INDEX_UNDECIDED', { reason: 'several', count: sound.length });
  return ok(finest);
}

/** Within the step of the coarser one; `counted` lies between them where one was shown later. */
function agree(
  fine: Register,
  coarse: Register,
  counted: { readonly fine: Fraction; readonly coarse: Fraction },
): boolean {
  const limit = plus(plus(coarse.valueWh, coarse.stepWh), counted.fine);
  return compare(coarse.valueWh, plus(fine.valueWh, counted.coarse)) <= 0 && compare(fine.valueWh, limit) <= 0;
}

/** The most that the later of the two can have counted since the other was shown, in Wh: ⌈P × Δt⌉. */
function countedBetween(fine: Decided, coarse: Decided, { instantOf, maxPowerW }: ReadoutFacts) {
  const laterMs = (instantOf(fine.record) ?? 0) - (instantOf(coarse.record) ?? 0);
  const wh = (ms: number): Fraction => {
    const counted = ms > 0 && Number.isFinite(maxPowerW) ? Math.ceil((maxPowerW * ms) / 3_600_000) : 0;
    return { numerator: BigInt(counted), denominator: 1n };
  };
  return { fine: wh(laterMs), coarse: wh(-laterMs) };
}

function compare(a: Fraction, b: Fraction): number {
  const difference = a.numerator * b.denominator - b.numerator * a.denominator;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
