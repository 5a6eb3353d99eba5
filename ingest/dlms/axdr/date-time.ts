/**
 * COSEM date-time, date and time (DLMS Blue Book 4.1.6.1): local to the meter.
 *
 *   year u16 | month | day | day of week | hour | minute | second | hundredths | deviation i16 | status
 *   FFFF       FD-FF   FD-FF  FF           FF     FF       FF       FF           8000            FF      = not specified
 *
 * Deviation: minutes from local time to UTC (Paris in winter: -60); some meters send the opposite sign. Status: bit 0 invalid, bit 1
 * doubtful, bit 7 summer time. A date that is not in the calendar, or has a needed field not specified, is no date.
 */
import { Temporal } from 'temporal-polyfill';
import { type Outcome, ok, rejected } from '../../../domain/errors.ts';
import { toHex } from '../../mbus/hex.ts';
import type { DlmsCode } from '../codes.ts';

export interface MeterClock {
  /** ISO 8601 without offset, to the second: 2022-02-21T17:37:30. */
  readonly local: string;
  /** As sent, in minutes; left out when not specified. */
  readonly deviationMinutes?: number;
  readonly summerTime?: boolean;
  /** The meter itself calls the value invalid or doubtful. */
  readonly invalid?: boolean;
}

/** Reads the 12 bytes of a date-time. Seconds that are not specified count as 0. */
export function decodeDateTime(bytes: Uint8Array): Outcome<MeterClock, DlmsCode> {
  if (bytes.length !== 12) return rejected('DATE_INVALID', { length: bytes.length });
  const raw = toHex(bytes);
  const date = decodeDate(bytes.subarray(0, 5));
  if (!date.ok) return rejected(date.code, { raw });
  const time = decodeTime(bytes.subarray(5, 9));
  if (!time.ok) return rejected(time.code, { raw });
  const deviation = new DataView(bytes.buffer, bytes.byteOffset).getInt16(9);
  const status = bytes[11]!;
  const known = status !== 0xff;
  return ok({
    local: `${date.value}T${time.value}`,
    ...(Math.abs(deviation) <= 840 ? { deviationMinutes: deviation } : {}),
    ...(known && status & 0x80 ? { summerTime: true } : {}),
    ...(known && status & 0x03 ? { invalid: true } : {}),
  });
}

/** Reads the 5 bytes of a date: 2022-02-21. The day of the week is not trusted, nor needed. */
export function decodeDate(bytes: Uint8Array): Outcome<string, DlmsCode> {
  if (bytes.length !== 5) return rejected('DATE_INVALID', { length: bytes.length });
  const year = (bytes[0]! << 8) | bytes[1]!;
  const month = bytes[2]!;
  const day = bytes[3]!;
  if (year === 0xffff || month >= 0xfd || day >= 0xfd) return rejected('DATE_NOT_SET', { raw: toHex(bytes) });
  if (year < 1 || year > 9999 || month < 1 || month > 12 || day < 1 || day > daysOfMonth(year, month))
    return rejected('DATE_INVALID', { raw: toHex(bytes) });
  return ok(`${digits(year, 4)}-${digits(month, 2)}-${digits(day, 2)}`);
}

/** Reads the 4 bytes of a time: 17:37:30. */
export function decodeTime(bytes: Uint8Array): Outcome<string, DlmsCode> {
  if (bytes.length !== 4) return rejected('DATE_INVALID', { length: bytes.length });
  const [hour, minute] = [bytes[0]!, bytes[1]!];
  const second = bytes[2] === 0xff ? 0 : bytes[2]!;
  const hundredths = bytes[3] === 0xff ? 0 : bytes[3]!;
  if (hour === 0xff || minute === 0xff) return rejected('DATE_NOT_SET', { raw: toHex(bytes) });
  if (hour > 23 || minute > 59 || second > 59 || hundredths > 99)
    return rejected('DATE_INVALID', { raw: toHex(bytes) });
  return ok(`${digits(hour, 2)}:${digits(minute, 2)}:${digits(second, 2)}`);
}

/**
 * The instant of a meter's clock in epoch ms, or undefined where the zone has no such local time (the hour skipped in spring).
 * A deviation decides when it is sent, with whichever sign the zone bears out; the repeated hour of autumn goes by the summer-time bit.
 */
export function clockInstant(clock: MeterClock, zone: string): number | undefined {
  const local = Temporal.PlainDateTime.from(clock.local);
  if (clock.deviationMinutes !== undefined) {
    const utc = local.toZonedDateTime('UTC').epochMilliseconds;
    const bySign = [1, -1].map((sign) => utc + sign * clock.deviationMinutes! * 60_000);
    const borneOut = bySign.find((instant) => localOf(instant, zone).equals(local));
    return borneOut ?? bySign[0];
  }
  const instant = local.toZonedDateTime(zone, { disambiguation: clock.summerTime ? 'earlier' : 'later' });
  return instant.toPlainDateTime().equals(local) ? instant.epochMilliseconds : undefined;
}

function localOf(instant: number, zone: string): Temporal.PlainDateTime {
  return Temporal.Instant.fromEpochMilliseconds(instant).toZonedDateTimeISO(zone).toPlainDateTime();
}

function daysOfMonth(year: number, month: number): number {
  return Temporal.PlainYearMonth.from({ year, month }).daysInMonth;
}

function digits(value: number, count: number): string {
  return String(value).padStart(count, '0');
}
