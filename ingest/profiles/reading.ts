/**
 * From the telegrams of one readout to a reading, or a reject with its reason: nothing is guessed.
 *
 * Without a profile the index is the one present total of energy (select.ts). Several that agree within their steps are one
 * register shown twice: the finest counts. Several that do not, tariffs without a total, or only an export index: INDEX_UNDECIDED.
 */
import type { Meter } from '../../domain/building.ts';
import { type Outcome, ok, rejected } from '../../domain/errors.ts';
import type { Reading } from '../../domain/reading.ts';
import { formatMoment } from '../mbus/application/local-moment.ts';
import type { DataRecord } from '../mbus/application/record.ts';
import type { Telegram } from '../mbus/telegram.ts';
import { type Fraction, floor, fractionOf, plus } from './exact.ts';
import type { MeterProfile, RecordSelector } from './profile.ts';
import { type Register, registerLimitWh, registerOf, resolutionWh } from './register.ts';
import { manufacturersOwn, presentPhases, presentTotals, select } from './select.ts';

export interface TelegramAt {
  /** Epoch ms of its arrival. */
  readonly at: number;
  readonly telegram: Telegram;
}

/** The reading's instant is the arrival of the telegram that holds the index. */
export function readingOf(
  building: string,
  meter: Meter,
  profile: MeterProfile,
  telegrams: readonly TelegramAt[],
  receivedAt: number,
): Outcome<Reading> {
  const records = telegrams.flatMap(({ telegram }) => telegram.records);
  const header = telegrams.map(({ telegram }) => telegram.header).find((each) => each !== null);
  const identity = { building, meter: meter.id, id: header?.id };
  const ids = new Set(telegrams.map(({ telegram }) => telegram.header?.id ?? '').filter((id) => id !== ''));
  if (ids.size > 1) return rejected('METER_MISMATCH', { ...identity, answered: [...ids] });
  const answering = identify(meter, header?.id ?? '', records);
  if (!answering.ok) return rejected(answering.code, { ...identity, ...answering.facts });
  const foreign = header && (isFixed(telegrams) ? otherFixedMedia : otherMedia).has(header.mediumCode);
  if (foreign && profile.index === undefined)
    return rejected('INDEX_UNDECIDED', { ...identity, reason: 'medium', medium: header.medium });

  const multiplier = fractionOf(meter.multiplier);
  const index = indexOf(records, profile, multiplier);
  if (!index.ok) return rejected(index.code, { ...identity, ...index.facts });
  const wh = floor(index.value.register.valueWh);
  if (wh < 0n) return rejected('INDEX_NEGATIVE', { ...identity, energyImportWh: String(wh) });
  if (wh > BigInt(Number.MAX_SAFE_INTEGER))
    return rejected('INDEX_NOT_INTEGER', { ...identity, energyImportWh: String(wh), reason: 'too large' });

  const source = telegrams.find(({ telegram }) => telegram.records.includes(index.value.record));
  const exported = energy(one(records, profile.export, 'energy', 'export'), multiplier, profile.export);
  return ok({
    building,
    meter: meter.id,
    at: source?.at ?? receivedAt,
    energyImportWh: Number(wh),
    resolutionWh: resolutionWh(index.value.register.stepWh),
    registerLimitWh: limitOf(index.value, profile, header?.status),
    powerW: times(powerOf(records, profile.power), meter.multiplier),
    apparentPowerVa: times(
      number(one(records, profile.apparent_power, 'apparent power', 'import'), profile.apparent_power),
      meter.multiplier,
    ),
    energyExportWh: exported,
    voltageV: phases(records, profile.voltage, 'voltage', 1),
    currentA: phases(records, profile.current, 'current', meter.multiplier),
    source: 'mbus',
    receivedAt,
    meterClock: clock(records),
    serial: answering.value,
    status: header?.status,
  });
}

/** The serial that goes with the reading, or METER_MISMATCH where another meter answers than the configured one. */
function identify(meter: Meter, id: string, records: readonly DataRecord[]): Outcome<string | undefined> {
  const fabrication = records.find((record) => record.quantity === 'fabrication number' && record.error === null);
  const shown = [id, fabrication === undefined ? '' : String(fabrication.value)].filter((each) => each !== '');
  const facts = { answered: shown[0] };
  const secondary = meter.source?.secondary?.slice(0, 8).toUpperCase();
  if (secondary !== undefined && id !== '' && ![...secondary].every((digit, at) => digit === 'F' || digit === id[at]))
    return rejected('METER_MISMATCH', { ...facts, expected: secondary });
  if (meter.serial === undefined || shown.length === 0) return ok(shown[0]);
  const expected = bare(meter.serial);
  // A serial with letters is printed on the case; telegrams carry digits only.
  const isComparable = /^[0-9A-F]{1,8}$/.test(expected);
  if (isComparable && !shown.some((each) => bare(each) === expected))
    return rejected('METER_MISMATCH', { ...facts, expected: meter.serial });
  return ok(meter.serial);
}

interface Decided {
  readonly register: Register;
  readonly record: DataRecord;
}

function indexOf(records: readonly DataRecord[], profile: MeterProfile, multiplier: Fraction): Outcome<Decided> {
  if (profile.index === undefined) return automaticIndex(records, multiplier);
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
function limitOf({ record, register }: Decided, { index }: MeterProfile, status?: number): number | undefined {
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

function automaticIndex(records: readonly DataRecord[], multiplier: Fraction): Outcome<Decided> {
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
  const differing = decided.find((other) => !agree(finest.register, other.register));
  if (differing) return rejected('INDEX_UNDECIDED', { reason: 'several', count: sound.length });
  return ok(finest);
}

/** Within the step of the coarser one. */
function agree(fine: Register, coarse: Register): boolean {
  const limit = plus(coarse.valueWh, coarse.stepWh);
  return compare(coarse.valueWh, fine.valueWh) <= 0 && compare(fine.valueWh, limit) <= 0;
}

function compare(a: Fraction, b: Fraction): number {
  const difference = a.numerator * b.denominator - b.numerator * a.denominator;
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}

/** The one record of a quantity, without error; undefined for none or several. */
function one(
  records: readonly DataRecord[],
  selector: RecordSelector | undefined,
  quantity: string,
  direction: 'import' | 'export',
): DataRecord | undefined {
  const found = selector ? select(records, selector, quantity) : presentTotals(records, quantity, direction);
  const sound = found.filter((record) => record.error === null);
  return sound.length === 1 ? sound[0] : undefined;
}

function energy(record: DataRecord | undefined, multiplier: Fraction, selector?: RecordSelector): number | undefined {
  if (!record) return undefined;
  const register = registerOf(record, multiplier, selector?.unit_value);
  if (!register) return undefined;
  const wh = Number(floor(register.valueWh));
  return Number.isSafeInteger(wh) ? wh : undefined;
}

function number(
  record: DataRecord | undefined,
  selector?: RecordSelector,
  convert: (value: number, unit: string) => number | undefined = (value) => value,
): number | undefined {
  if (!record || typeof record.value !== 'number' || !Number.isFinite(record.value)) return undefined;
  if (selector?.unit_value === undefined) return convert(record.value, record.unit);
  return (record.value / (record.meaning.multiplier * 10 ** record.meaning.exponent10)) * selector.unit_value;
}

/** The present power; where no record is the total, the sum of the phases. */
function powerOf(records: readonly DataRecord[], selector?: RecordSelector): number | undefined {
  if (selector !== undefined || presentTotals(records, 'power', 'import').length > 0)
    return number(one(records, selector, 'power', 'import'), selector, perHour);
  const values = (presentPhases(records, 'power') ?? []).map((record) => number(record, undefined, perHour));
  return values.length > 0 && values.every((value) => value !== undefined)
    ? values.reduce((sum, value) => sum + value, 0)
    : undefined;
}

function perHour(value: number, unit: string): number | undefined {
  if (unit === 'W') return value;
  return unit === 'J/h' ? value / 3600 : undefined;
}

function times(value: number | undefined, multiplier: number): number | undefined {
  return value === undefined ? undefined : value * multiplier;
}

function phases(
  records: readonly DataRecord[],
  selectors: readonly RecordSelector[] | undefined,
  quantity: string,
  multiplier: number,
): number[] | undefined {
  const found = selectors
    ? selectors.map((selector) => one(records, selector, quantity, 'import'))
    : presentPhases(records, quantity);
  const values = found?.map((record, at) => times(number(record, selectors?.[at]), multiplier));
  return values?.every((value) => value !== undefined) && values.length > 0 ? (values as number[]) : undefined;
}

/** The meter's own clock: the one present date and time. */
function clock(records: readonly DataRecord[]): string | undefined {
  const found = records.filter(
    (record) =>
      record.quantity === 'date and time' &&
      record.storage === 0 &&
      record.function === 'instantaneous' &&
      record.meaning.qualifiers.length === 0 &&
      record.error === null,
  );
  const value = found.length === 1 ? found[0]?.value : undefined;
  return typeof value === 'object' && value !== null && value.year >= 0 && value.hour >= 0
    ? formatMoment(value)
    : undefined;
}

/** Without leading zeros, in capitals. */
function bare(serial: string): string {
  return serial
    .trim()
    .toUpperCase()
    .replace(/^0+(?=.)/, '');
}

function isFixed(telegrams: readonly TelegramAt[]): boolean {
  return telegrams.some(
    ({ telegram: { header, frame } }) =>
      header !== null && 'controlInformation' in frame && fixedData.has(frame.controlInformation),
  );
}

const fixedData: ReadonlySet<number> = new Set([0x73, 0x77]);
/** Oil, gas, heat, steam, hot water, water, heat costs, and those of mode 2. */
const otherFixedMedia: ReadonlySet<number> = new Set([1, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14]);
/** Media that count no electricity: gas, heat, steam, hot water, water, heat costs, air, cooling … */
const otherMedia: ReadonlySet<number> = new Set([
  0x01, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x15, 0x16, 0x17, 0x28,
]);
