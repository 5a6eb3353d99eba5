/**
 * From the telegrams of one readout to a reading, or a reject with its reason. Which record is the index is decided in
 * index-register.ts.
 */
import type { Meter } from '../../domain/building.ts';
import { type Outcome, ok, rejected } from '../../domain/errors.ts';
import type { Reading } from '../../domain/reading.ts';
import { formatMoment } from '../mbus/application/local-moment.ts';
import type { DataRecord } from '../mbus/application/record.ts';
import { toHex } from '../mbus/hex.ts';
import type { Telegram } from '../mbus/telegram.ts';
import { type Fraction, floor, fractionOf } from './exact.ts';
import { indexOf, limitOf } from './index-register.ts';
import { otherMedium } from './medium.ts';
import type { MeterProfile, RecordSelector } from './profile.ts';
import { registerOf, resolutionWh } from './register.ts';
import { presentPhases, presentTotals, select } from './select.ts';

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
  const medium = otherMedium(telegrams.map(({ telegram }) => telegram));
  if (medium !== null && profile.index === undefined)
    return rejected('INDEX_UNDECIDED', { ...identity, reason: 'medium', medium });

  const multiplier = fractionOf(meter.multiplier);
  const instantOf = (record: DataRecord): number | undefined =>
    telegrams.find(({ telegram }) => telegram.records.includes(record))?.at;
  const index = indexOf(records, profile, multiplier, { instantOf, maxPowerW: meter.maxPowerW });
  if (!index.ok) return rejected(index.code, { ...identity, ...index.facts });
  const wh = floor(index.value.register.valueWh);
  if (wh < 0n) return rejected('INDEX_NEGATIVE', { ...identity, energyImportWh: String(wh) });
  if (wh > BigInt(Number.MAX_SAFE_INTEGER))
    return rejected('INDEX_NOT_INTEGER', { ...identity, energyImportWh: String(wh), reason: 'too large' });

  const shown = shownOnce(telegrams);
  const exported = energy(one(shown, profile.export, 'energy', 'export'), multiplier, profile.export);
  return ok({
    building,
    meter: meter.id,
    at: instantOf(index.value.record) ?? receivedAt,
    energyImportWh: Number(wh),
    resolutionWh: resolutionWh(index.value.register.stepWh),
    registerLimitWh: limitOf(index.value, profile, header?.status),
    powerW: times(powerOf(shown, profile.power), meter.multiplier),
    apparentPowerVa: times(
      number(one(shown, profile.apparent_power, 'apparent power', 'import'), profile.apparent_power),
      meter.multiplier,
    ),
    energyExportWh: exported,
    voltageV: phases(shown, profile.voltage, 'voltage', 1),
    currentA: phases(shown, profile.current, 'current', meter.multiplier),
    source: 'mbus',
    receivedAt,
    meterClock: clock(shown),
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

/** A record that a later telegram of the readout shows again, under the same head, counts once. */
function shownOnce(telegrams: readonly TelegramAt[]): DataRecord[] {
  const before = new Set<string>();
  return telegrams.flatMap(({ telegram }) => {
    const headed = telegram.records.map((record) => ({
      record,
      head: toHex(record.bytes, record.start, record.dataStart),
    }));
    const fresh = headed.filter(({ head }) => head === '' || !before.has(head));
    for (const { head } of headed) before.add(head);
    return fresh.map(({ record }) => record);
  });
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
