/**
 * Dates of meters: types F, G, I and J (EN 13757-3:2018, annex A). All are local times of the meter, without zone.
 *
 *   G  2 bytes   yyy ddddd | yyyy mmmm
 *   F  4 bytes   IV 0 mmmmmm | SU hh hhhhh | G         hh: hundreds of years since 1900
 *   I  6 bytes   LY SU ssssss | IV 0 mmmmmm | www hhhhh | G | sign and deviation, week
 *   J  3 bytes   ssssss | mmmmmm | hhhhh
 *
 * IV marks an invalid time, SU summer time. All ones in a field mean "every": an instruction, not an instant. With no
 * hundreds the two digits 00 to 80 are 2000 to 2080, 81 to 99 are 1981 to 1999.
 */
import type { RecordErrorCode } from '../errors.ts';

/** Parts that a type does not carry are -1. */
export interface LocalMoment {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly summerTime: boolean;
}

/** The date in `length` bytes at `start`, or why there is none. */
export function readMoment(bytes: Uint8Array, start: number, length: number): LocalMoment | RecordErrorCode {
  switch (length) {
    case 2:
      return readDate(bytes, start);
    case 3:
      return readTime(bytes, start);
    case 4:
      return readDateTime(bytes, start);
    case 6:
      return readDateTimeSeconds(bytes, start);
    default:
      return 'DATE_TYPE';
  }
}

/** `2012-02-23`, `2012-02-23T13:36`, `2012-02-23T13:36:05` or `13:36:05`. */
export function formatMoment(moment: LocalMoment): string {
  let text = '';
  if (moment.year >= 0) text = `${moment.year}-${TWO_DIGITS[moment.month]}-${TWO_DIGITS[moment.day]}`;
  if (moment.hour < 0) return text;
  if (moment.year >= 0) text += 'T';
  text += `${TWO_DIGITS[moment.hour]}:${TWO_DIGITS[moment.minute]}`;
  return moment.second < 0 ? text : `${text}:${TWO_DIGITS[moment.second]}`;
}

function readDate(bytes: Uint8Array, start: number): LocalMoment | RecordErrorCode {
  const low = bytes[start]!;
  const high = bytes[start + 1]!;
  if ((low | high) === 0 || (low & high) === 0xff) return 'DATE_NOT_SET';
  return moment(low, high, 0, -1, -1, -1, false);
}

function readTime(bytes: Uint8Array, start: number): LocalMoment | RecordErrorCode {
  const second = bytes[start]! & 0x3f;
  const minute = bytes[start + 1]! & 0x3f;
  const hour = bytes[start + 2]! & 0x1f;
  if (second === 63 || minute === 63 || hour === 31)
    return second + minute + hour === 157 ? 'DATE_NOT_SET' : 'DATE_PERIODIC';
  if (second > 59 || minute > 59 || hour > 23) return 'DATE_INVALID';
  return { year: -1, month: -1, day: -1, hour, minute, second, summerTime: false };
}

function readDateTime(bytes: Uint8Array, start: number): LocalMoment | RecordErrorCode {
  const first = bytes[start]!;
  const second = bytes[start + 1]!;
  const low = bytes[start + 2]!;
  const high = bytes[start + 3]!;
  if ((low | high) === 0 || (first & second & low & high) === 0xff) return 'DATE_NOT_SET';
  if (first & 0x80) return 'DATE_INVALID';
  return moment(low, high, (second >> 5) & 3, second & 0x1f, first & 0x3f, -1, (second & 0x80) !== 0);
}

function readDateTimeSeconds(bytes: Uint8Array, start: number): LocalMoment | RecordErrorCode {
  const seconds = bytes[start]!;
  const minutes = bytes[start + 1]!;
  const hours = bytes[start + 2]!;
  const low = bytes[start + 3]!;
  const high = bytes[start + 4]!;
  if ((low | high) === 0 || (seconds & minutes & hours & low & high) === 0xff) return 'DATE_NOT_SET';
  if (minutes & 0x80) return 'DATE_INVALID';
  return moment(low, high, 0, hours & 0x1f, minutes & 0x3f, seconds & 0x3f, (seconds & 0x40) !== 0);
}

function moment(
  low: number,
  high: number,
  hundreds: number,
  hour: number,
  minute: number,
  second: number,
  summerTime: boolean,
): LocalMoment | RecordErrorCode {
  const day = low & 0x1f;
  const month = high & 0x0f;
  const shortYear = (low >> 5) | ((high & 0xf0) >> 1);
  if (day === 0 || month === 15 || shortYear === 127 || hour === 31 || minute === 63 || second === 63) {
    return 'DATE_PERIODIC';
  }
  if (shortYear > 99 || month === 0 || month > 12 || hour > 23 || minute > 59 || second > 59) return 'DATE_INVALID';
  const year = shortYear + (hundreds > 0 ? 1900 + 100 * hundreds : shortYear <= 80 ? 2000 : 1900);
  if (day > daysInMonth(year, month)) return 'DATE_INVALID';
  return { year, month, day, hour, minute, second, summerTime };
}

function daysInMonth(year: number, month: number): number {
  if (month === 2) return year % 4 === 0 && (year % 100 !== 0 || year % 400 === 0) ? 29 : 28;
  return month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

const TWO_DIGITS: readonly string[] = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));
