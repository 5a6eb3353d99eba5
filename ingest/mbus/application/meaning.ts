/**
 * What a value information block says about a value: quantity, unit, scale and qualifiers. One immutable object a
 * distinct block, shared by all records that carry it.
 *
 *   base value = raw × multiplier × 10^exponent10 (+ offset)        in the base unit
 */
import type { RecordErrorCode } from '../errors.ts';

export type Phase = 'L1' | 'L2' | 'L3' | 'N' | 'L1-L2' | 'L2-L3' | 'L3-L1';
/** `net`: import less export. `absolute`: both directions counted up. */
export type Direction = 'import' | 'export' | 'net' | 'absolute';

/** How the data bytes are read: type B (signed), type C or D (unsigned), or a date of the type that the length tells. */
export type ValueKind = typeof SIGNED | typeof UNSIGNED | typeof DATE;
export const SIGNED = 0;
export const UNSIGNED = 1;
export const DATE = 2;

export interface Meaning {
  /** Lower-case name of the quantity, such as `energy`; the text itself for a plain-text VIF. */
  readonly quantity: string;
  /** Base unit (Wh, J, W, m^3, s, V …), empty for none. */
  readonly unit: string;
  readonly kind: ValueKind;
  /** Integer: 60 for minutes in seconds, 1 for most. */
  readonly multiplier: number;
  readonly exponent10: number;
  /** Additive correction in the base unit, mantissa × 10^exponent10; null for none. */
  readonly offset: { readonly mantissa: number; readonly exponent10: number } | null;
  readonly phase: Phase | null;
  readonly direction: Direction | null;
  readonly quadrant: 1 | 2 | 3 | 4 | null;
  /** Everything else that makes the value another than the plain quantity: limits, averages, leakage, future … */
  readonly qualifiers: readonly string[];
  /** The VIFE after FF, which the manufacturer defines, as hex; empty for none. */
  readonly manufacturerVife: string;
  /** The record-error VIFE of a slave; null for none. */
  readonly error: RecordErrorCode | null;
  /** The whole block as hex. */
  readonly vib: string;
  /** Whether the standard, or a plain text, says what the value is; false for reserved and manufacturer-specific codes. */
  readonly known: boolean;
  /** Multiplier 1, no offset and an exponent within ±22: a raw integer is scaled by one exact power of ten. */
  readonly simple: boolean;
  /** The members that describe the meaning, ready to print: `"quantity":"energy","unit":"Wh"` and the qualifiers. */
  readonly json: string;
  /** The same with `,"value":` behind it. */
  readonly jsonBeforeValue: string;
}

/** A meaning under construction: the row of a VIF table, then changed by one VIFE after another. */
export interface MeaningDraft {
  quantity: string;
  unit: string;
  kind: ValueKind;
  multiplier: number;
  exponent10: number;
  offset: { mantissa: number; exponent10: number } | null;
  phase: Phase | null;
  direction: Direction | null;
  quadrant: 1 | 2 | 3 | 4 | null;
  qualifiers: string[];
  manufacturerVife: string;
  error: RecordErrorCode | null;
  vib: string;
  known: boolean;
}

/** One row of a VIF table. */
export interface VifRow {
  readonly quantity: string;
  readonly unit: string;
  readonly multiplier: number;
  readonly exponent10: number;
  readonly kind: ValueKind;
  readonly known: boolean;
}

export function draftOf(row: VifRow): MeaningDraft {
  return {
    quantity: row.quantity,
    unit: row.unit,
    kind: row.kind,
    multiplier: row.multiplier,
    exponent10: row.exponent10,
    offset: null,
    phase: null,
    direction: null,
    quadrant: null,
    qualifiers: [],
    manufacturerVife: '',
    error: null,
    vib: '',
    known: row.known,
  };
}

/** Freeze a draft into a meaning. */
export function meaningOf(draft: MeaningDraft): Meaning {
  const { multiplier, offset, exponent10 } = draft;
  const simple = multiplier === 1 && offset === null && Math.abs(exponent10) <= 22;
  const json = describe(draft);
  return { ...draft, simple, json, jsonBeforeValue: `${json},"value":` };
}

/** A value with nothing that makes it another than the plain quantity: what an index or a live power must be. */
export function isPlain(meaning: Meaning): boolean {
  return meaning.known && meaning.qualifiers.length === 0 && meaning.quadrant === null;
}

function describe(draft: MeaningDraft): string {
  let text = `"quantity":${JSON.stringify(draft.quantity)},"unit":${JSON.stringify(draft.unit)}`;
  if (draft.phase !== null) text += `,"phase":"${draft.phase}"`;
  if (draft.direction !== null) text += `,"direction":"${draft.direction}"`;
  if (draft.quadrant !== null) text += `,"quadrant":${draft.quadrant}`;
  if (draft.qualifiers.length > 0) text += `,"qualifiers":${JSON.stringify(draft.qualifiers)}`;
  if (draft.manufacturerVife !== '') text += `,"manufacturerVife":"${draft.manufacturerVife}"`;
  if (!draft.known) text += `,"vib":"${draft.vib}"`;
  return text;
}
