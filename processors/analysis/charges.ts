/**
 * Shares a building's bill of a period over its lots, to the cent. Every pool is shared by one largest-remainder call:
 *
 *     energy of slot s   → lots by their Wh of s, and the common remainder by its Wh of s
 *     common pool        = the remainder's cents of all slots + standing charge + taxes  → lots by tantièmes of a key, or pro rata
 *     lot                = Σ its slots' cents + its common cents                          Σ lots = bill
 *
 * - The remainder is what no lot's meter counted (common meters included); below 0 it counts as 0; ties go to lots before it.
 * - A slot that no result knows (an invoice with other names than the tariff's) is shared by the whole energies.
 * - A slot that nobody consumed goes to the common pool as a whole. A key that gives no lot a weight, or pro rata of nothing, is
 *   replaced by equal shares, so that the bill is always paid. Tantièmes may have up to three decimals.
 * - The stays (and meters) of a lot share each of its amounts the same way: energy by their Wh, tantièmes by their durations, pro rata
 *   by their energies; ties to the earlier. An occupant pays his stay, the owner pays a vacant one.
 */
import { apportion } from './largest-remainder.ts';

/** A stay in a lot within the period, as one of its meters counted it; the whole period where nobody moved. */
export interface ChargedPart {
  /** Distinct within the lot. */
  readonly id: string;
  readonly start: number;
  readonly end: number;
  readonly vacant: boolean;
  /** 0 where unknown. */
  readonly energyWh: number;
  /** By price slot name. */
  readonly slotsWh: Readonly<Record<string, number>>;
}

export interface ChargedLot {
  readonly number: number;
  readonly tantiemes: Readonly<Record<string, number>>;
  readonly parts: readonly ChargedPart[];
}

export interface Bill {
  /** Of the invoice, or price × the general meter's Wh (`energyCents` of energy-price.ts), by price slot name. */
  readonly energyCents: Readonly<Record<string, number>>;
  readonly standingChargeCents: number;
  readonly taxesCents: number;
}

export interface ChargesInput {
  readonly lots: readonly ChargedLot[];
  /** General − Σ lots. */
  readonly remainderWh: number;
  readonly remainderSlotsWh: Readonly<Record<string, number>>;
  readonly bill: Bill;
  /** Name of a key of tantièmes, or `prorata`. */
  readonly commonKey: string;
}

export interface Amounts {
  readonly slotsCents: Readonly<Record<string, number>>;
  readonly energyCents: number;
  readonly commonCents: number;
  readonly totalCents: number;
}

export interface PartCharges extends Amounts {
  readonly id: string;
  readonly payer: 'occupant' | 'owner';
}

export interface LotCharges extends Amounts {
  readonly number: number;
  readonly parts: readonly PartCharges[];
}

export interface Charges {
  readonly lots: readonly LotCharges[];
  /** The remainder's cents, in the common pool. */
  readonly remainderCents: number;
  /** Remainder, standing charge and taxes. */
  readonly commonPoolCents: number;
  readonly totalCents: number;
}

/** Lots in the order of the input; lot numbers are distinct. */
export function shareCharges(input: ChargesInput): Charges {
  const { lots, bill } = input;
  const slots = Object.keys(bill.energyCents).sort();
  const bySlot = new Map(slots.map((slot) => [slot, shareSlot(slot, input)]));
  const remainderCents = sum([...bySlot.values()].map(({ remainder }) => remainder));
  const commonPoolCents = remainderCents + bill.standingChargeCents + bill.taxesCents;
  const common = apportion(
    commonPoolCents,
    commonWeights(input),
    lots.map(({ number }) => number),
  );
  return {
    lots: lots.map((lot, index) => {
      const slotsCents = Object.fromEntries(slots.map((slot) => [slot, bySlot.get(slot)!.lots[index]!]));
      const amounts = amountsOf(slotsCents, common[index]!);
      return { number: lot.number, ...amounts, parts: splitLot(lot, amounts, input) };
    }),
    remainderCents,
    commonPoolCents,
    totalCents: sum(Object.values(bill.energyCents)) + bill.standingChargeCents + bill.taxesCents,
  };
}

function shareSlot(slot: string, input: ChargesInput): { lots: number[]; remainder: number } {
  const cents = input.bill.energyCents[slot] ?? 0;
  const numbers = input.lots.map(({ number }) => number);
  const weights = input.lots.map(({ parts }) => sum(parts.map((part) => slotWh(part, slot, input))));
  const remainderWh = isKnownSlot(slot, input) ? (input.remainderSlotsWh[slot] ?? 0) : input.remainderWh;
  if (remainderWh <= 0 && weights.every((weight) => weight === 0)) return { lots: weights, remainder: cents };
  const afterLots = Math.max(0, ...numbers) + 1;
  const shares = apportion(cents, [...weights, Math.max(0, remainderWh)], [...numbers, afterLots]);
  return { lots: shares.slice(0, -1), remainder: shares.at(-1)! };
}

function slotWh(part: ChargedPart, slot: string, input: ChargesInput): number {
  return isKnownSlot(slot, input) ? (part.slotsWh[slot] ?? 0) : part.energyWh;
}

function isKnownSlot(slot: string, { lots, remainderSlotsWh }: ChargesInput): boolean {
  return (
    Object.hasOwn(remainderSlotsWh, slot) ||
    lots.some(({ parts }) => parts.some(({ slotsWh }) => Object.hasOwn(slotsWh, slot)))
  );
}

function commonWeights({ lots, commonKey }: ChargesInput): number[] {
  const weights = lots.map(({ tantiemes, parts }) =>
    commonKey === prorata ? sum(parts.map(({ energyWh }) => energyWh)) : Math.round((tantiemes[commonKey] ?? 0) * 1000),
  );
  return weights.every((weight) => weight === 0) ? weights.map(() => 1) : weights;
}

function splitLot(lot: ChargedLot, amounts: Amounts, input: ChargesInput): PartCharges[] {
  const earlier = lot.parts.map((_, index) => index).sort((a, b) => compareParts(lot.parts[a]!, lot.parts[b]!));
  const order = lot.parts.map((_, index) => earlier.indexOf(index));
  const durations = lot.parts.map(({ start, end }) => Math.max(1, end - start));
  const split = (cents: number, weights: readonly number[]) =>
    apportion(cents, weights.some((weight) => weight > 0) ? weights : durations, order);

  const slots = Object.entries(amounts.slotsCents).map(([slot, cents]) => ({
    slot,
    cents: split(
      cents,
      lot.parts.map((part) => slotWh(part, slot, input)),
    ),
  }));
  const energies = lot.parts.map(({ energyWh }) => energyWh);
  const common = split(amounts.commonCents, input.commonKey === prorata ? energies : durations);
  return lot.parts.map((part, index) => ({
    id: part.id,
    payer: part.vacant ? 'owner' : 'occupant',
    ...amountsOf(Object.fromEntries(slots.map(({ slot, cents }) => [slot, cents[index]!])), common[index]!),
  }));
}

function compareParts(a: ChargedPart, b: ChargedPart): number {
  return a.start - b.start || (a.id < b.id ? -1 : 1);
}

function amountsOf(slotsCents: Readonly<Record<string, number>>, commonCents: number): Amounts {
  const energyCents = sum(Object.values(slotsCents));
  return { slotsCents, energyCents, commonCents, totalCents: energyCents + commonCents };
}

function sum(values: readonly number[]): number {
  return values.reduce((partial, value) => partial + value, 0);
}

const prorata = 'prorata';
