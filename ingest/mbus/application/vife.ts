/**
 * Combinable VIFE (EN 13757-3:2018, tables 15 to 17): each one of the chain changes the meaning in its turn. A limit, an
 * exceeding, a duration or a date "of" something makes the value another quantity than its VIF says, so that a limit of
 * the power is never taken for the power.
 */
import type { RecordErrorCode } from '../errors.ts';
import { DATE, type Direction, type MeaningDraft, type Phase, SIGNED, UNSIGNED } from './meaning.ts';
import { SECONDS_OF_STEP, type TimeStep } from './vif-table.ts';

/** Apply one VIFE code (0 to 127, its extension bit cleared); FC and FF chains are told apart by the caller. */
export function applyVife(draft: MeaningDraft, code: number): void {
  if (code < 0x20) applyErrorOrAction(draft, code);
  else if (code < 0x40) applyCombination(draft, code);
  else if (code < 0x70) applyLimit(draft, code);
  else if (code < 0x78) draft.exponent10 += code - 0x76;
  else if (code < 0x7c) addOffset(draft, code - 0x7b);
  else if (code === 0x7d) draft.exponent10 += 3;
  else if (code === 0x7e) draft.qualifiers.push('future');
  else markUnknown(draft, `vife ${code.toString(16)}`);
}

/** Apply one code of the extension table, after FC. */
export function applyVifeExtension(draft: MeaningDraft, code: number): void {
  const phase = PHASES.get(code);
  if (phase !== undefined) draft.phase = phase;
  else if (code >= 0x08 && code <= 0x0b) draft.quadrant = (code - 0x07) as 1 | 2 | 3 | 4;
  else if (code === 0x0c) draft.direction = 'net';
  else if (code === 0x10) draft.direction = 'absolute';
  else if (code === 0x11 || code === 0x12) {
    if (draft.kind === SIGNED) draft.kind = UNSIGNED;
  } else if (code === 0x13) becomeDate(draft, 'end');
  else {
    const qualifier = EXTENSION_QUALIFIERS.get(code);
    if (qualifier === undefined) markUnknown(draft, `vife fc ${code.toString(16)}`);
    else draft.qualifiers.push(qualifier);
  }
}

function applyErrorOrAction(draft: MeaningDraft, code: number): void {
  const qualifier = LOW_QUALIFIERS.get(code);
  if (qualifier !== undefined) draft.qualifiers.push(qualifier);
  else if (code !== 0) {
    const error = METER_ERRORS.get(code);
    if (error === undefined) markUnknown(draft, `vife ${code.toString(16)}`);
    else draft.error ??= error;
  }
}

function applyCombination(draft: MeaningDraft, code: number): void {
  const direction = DIRECTIONS.get(code);
  if (direction !== undefined) draft.direction = direction;
  else if (code === 0x39) becomeDate(draft, 'start');
  else if (code <= 0x38) {
    draft.qualifiers.push(UNIT_QUALIFIERS[code - 0x20]!);
  } else draft.qualifiers.push(CONDITIONS.get(code)!);
}

/**
 * 40 to 6F. Bits of the limit codes: u (08) upper, f (04) last, b (01) end.
 *
 *   100 u000 limit   100 u001 number of exceedings   100 uf1b date of
 *   101 ufnn duration of an exceeding                110 0fnn duration of
 *   110 1u00 value during   110 1001 leakage   110 1101 overflow   110 1f1b date of
 */
function applyLimit(draft: MeaningDraft, code: number): void {
  const side = code & 0x08 ? 'upper limit' : 'lower limit';
  const occurrence = code & 0x04 ? 'last' : 'first';
  const edge = code & 0x01 ? 'end' : 'begin';
  if (code === 0x44 || code === 0x45) {
    draft.exponent10 -= 2;
    draft.qualifiers.push(code === 0x44 ? 'times flow temperature' : 'times return temperature');
  } else if (code < 0x50) {
    if (code & 0x02) becomeDate(draft, `${edge} of ${occurrence} exceeding of ${side}`);
    else if (code & 0x04) markUnknown(draft, `vife ${code.toString(16)}`);
    else if (code & 0x01) becomeCount(draft, `exceedings of ${side}`);
    else draft.qualifiers.push(side);
  } else if (code < 0x60) becomeDuration(draft, code & 3, `${occurrence} exceeding of ${side}`);
  else if (code < 0x68) becomeDuration(draft, code & 3, occurrence);
  else if (code & 0x02) becomeDate(draft, `${edge} of ${occurrence}`);
  else if (code === 0x69) draft.qualifiers.push('leakage');
  else if (code === 0x6d) draft.qualifiers.push('overflow');
  else draft.qualifiers.push(code === 0x68 ? 'during lower limit exceeding' : 'during upper limit exceeding');
}

function becomeDate(draft: MeaningDraft, qualifier: string): void {
  become(draft, 'date', '', 1);
  draft.kind = DATE;
  draft.qualifiers.push(qualifier);
}

function becomeDuration(draft: MeaningDraft, step: number, qualifier: string): void {
  become(draft, 'duration', 's', SECONDS_OF_STEP[DURATION_STEPS[step]!]);
  draft.qualifiers.push(qualifier);
}

function becomeCount(draft: MeaningDraft, qualifier: string): void {
  become(draft, 'count', '', 1);
  draft.qualifiers.push(qualifier);
}

function become(draft: MeaningDraft, quantity: string, unit: string, multiplier: number): void {
  if (draft.quantity !== quantity) draft.qualifiers.push(`of ${draft.quantity}`);
  draft.quantity = quantity;
  draft.unit = unit;
  draft.multiplier = multiplier;
  draft.exponent10 = 0;
  draft.offset = null;
  draft.kind = SIGNED;
}

function addOffset(draft: MeaningDraft, exponent10: number): void {
  const before = draft.offset;
  if (before === null) draft.offset = { mantissa: 1, exponent10 };
  else {
    const common = Math.min(before.exponent10, exponent10);
    const mantissa = before.mantissa * 10 ** (before.exponent10 - common) + 10 ** (exponent10 - common);
    draft.offset = { mantissa, exponent10: common };
  }
}

function markUnknown(draft: MeaningDraft, qualifier: string): void {
  draft.qualifiers.push(qualifier);
  draft.known = false;
}

const DURATION_STEPS: readonly TimeStep[] = ['s', 'min', 'h', 'd'];

const DIRECTIONS: ReadonlyMap<number, Direction> = new Map<number, Direction>([
  [0x3b, 'import'],
  [0x3c, 'export'],
]);

const CONDITIONS: ReadonlyMap<number, string> = new Map([
  [0x3a, 'uncorrected'],
  [0x3d, 'non-metric'],
  [0x3e, 'at base conditions'],
  [0x3f, 'OBIS declaration'],
]);

/** 20 to 38. The unit stays the base unit of the VIF; the qualifier says what it is counted per. */
const UNIT_QUALIFIERS: readonly string[] = [
  ...['per second', 'per minute', 'per hour', 'per day', 'per week', 'per month', 'per year', 'per revolution'],
  ...['per input pulse, channel 0', 'per input pulse, channel 1'],
  ...['per output pulse, channel 0', 'per output pulse, channel 1'],
  ...['per litre', 'per cubic metre', 'per kilogram', 'per kelvin', 'per kilowatt hour', 'per gigajoule'],
  ...['per kilowatt', 'per kelvin and litre', 'per volt', 'per ampere'],
  ...['times second', 'times second per volt', 'times second per ampere'],
];

const LOW_QUALIFIERS: ReadonlyMap<number, string> = new Map([
  [0x12, 'average'],
  [0x13, 'inverse compact profile'],
  [0x14, 'relative deviation'],
  [0x1d, 'standard conform content'],
  [0x1e, 'compact profile with registers'],
  [0x1f, 'compact profile'],
]);

/** Record errors, slave to master (table 17; MBDOC48 table 7). 00 is "no error". */
const METER_ERRORS: ReadonlyMap<number, RecordErrorCode> = new Map<number, RecordErrorCode>([
  [0x01, 'METER_TOO_MANY_DIFES'],
  [0x02, 'METER_STORAGE_UNKNOWN'],
  [0x03, 'METER_SUBUNIT_UNKNOWN'],
  [0x04, 'METER_TARIFF_UNKNOWN'],
  [0x05, 'METER_FUNCTION_UNKNOWN'],
  [0x06, 'METER_DATA_CLASS_UNKNOWN'],
  [0x07, 'METER_DATA_SIZE_UNKNOWN'],
  [0x0b, 'METER_TOO_MANY_VIFES'],
  [0x0c, 'METER_VIF_GROUP'],
  [0x0d, 'METER_VIF_EXPONENT'],
  [0x0e, 'METER_VIF_DIF_MISMATCH'],
  [0x0f, 'METER_ACTION_UNKNOWN'],
  [0x15, 'METER_NO_DATA'],
  [0x16, 'METER_OVERFLOW'],
  [0x17, 'METER_UNDERFLOW'],
  [0x18, 'METER_DATA_ERROR'],
  [0x1c, 'METER_PREMATURE_END'],
]);

const PHASES: ReadonlyMap<number, Phase> = new Map<number, Phase>([
  [0x01, 'L1'],
  [0x02, 'L2'],
  [0x03, 'L3'],
  [0x04, 'N'],
  [0x05, 'L1-L2'],
  [0x06, 'L2-L3'],
  [0x07, 'L3-L1'],
  [0x25, 'L1-L2'],
  [0x26, 'L2-L3'],
  [0x27, 'L3-L1'],
]);

const EXTENSION_QUALIFIERS: ReadonlyMap<number, string> = new Map([
  [0x0d, 'non-metric'],
  [0x0e, 'secondary sensor'],
  [0x0f, 'higher resolution'],
  [0x14, 'towards the meter'],
  [0x15, 'from the meter'],
  [0x16, 'liquid pressure'],
  [0x17, 'gas pressure'],
  [0x18, 'outdoors'],
]);
