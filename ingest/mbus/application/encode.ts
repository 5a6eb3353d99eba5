/**
 * Records and telegrams to bytes: what slaves send. The simulator and the tests' own frames are made with it.
 *
 *   record    DIF [DIFE…] VIF [VIFE…] [LVAR] data
 *   telegram  68 L L 68 08 A 72 | long header | records | [1F] | CS 16
 */
import { RSP_UD } from '../frame/control-field.ts';
import { encodeLong } from '../frame/long.ts';
import { fromHexLine } from '../hex.ts';
import { writeBcd } from './bcd.ts';
import { DIF_MORE_RECORDS, FUNCTIONS } from './data-information.ts';
import { encryptModeFive } from './encryption.ts';
import { writeInteger } from './integer.ts';
import { manufacturerCode } from './manufacturer.ts';
import type { RecordFunction } from './record.ts';
import { writeText } from './text.ts';

/** Data with their data field code; `lvar` only for variable length. */
export interface EncodedData {
  readonly dataField: number;
  readonly bytes: Uint8Array;
}

export interface RecordScope {
  readonly function?: RecordFunction;
  readonly storage?: number;
  readonly tariff?: number;
  readonly subunit?: number;
}

/** One record. `vib` is the value information block: VIF and VIFE as they go on the wire. */
export function encodeRecord(vib: readonly number[], data: EncodedData, scope: RecordScope = {}): Uint8Array {
  return Uint8Array.of(...encodeDataInformation(data.dataField, scope), ...vib, ...data.bytes);
}

/** A signed integer in 1, 2, 3, 4, 6 or 8 bytes. */
export function integerData(value: number | bigint, length: 1 | 2 | 3 | 4 | 6 | 8): EncodedData {
  return { dataField: length === 6 ? 6 : length === 8 ? 7 : length, bytes: writeInteger(value, length) };
}

/** A decimal of 2, 4, 6, 8 or 12 digits; F in the top digit when negative. */
export function bcdData(value: number | bigint, digits: 2 | 4 | 6 | 8 | 12): EncodedData {
  return { dataField: digits === 12 ? 0x0e : 8 + digits / 2, bytes: writeBcd(value, digits / 2) };
}

export function realData(value: number): EncodedData {
  return { dataField: 5, bytes: new Uint8Array(Float32Array.of(value).buffer) };
}

/** A text of at most 191 characters. */
export function textData(text: string): EncodedData {
  return { dataField: 0x0d, bytes: Uint8Array.of(text.length, ...writeText(text)) };
}

/** Data bytes as they are, under any data field; for LVAR the LVAR byte comes first in `bytes`. */
export function rawData(dataField: number, bytes: Uint8Array): EncodedData {
  return { dataField, bytes };
}

/** Type G: a local date. */
export function dateData(year: number, month: number, day: number): EncodedData {
  return { dataField: 2, bytes: dateBytes(year, month, day) };
}

/** Type F: a local date and time. */
export function dateTimeData(
  moment: { year: number; month: number; day: number; hour: number; minute: number },
  flags: { readonly summerTime?: boolean; readonly invalid?: boolean } = {},
): EncodedData {
  const minute = moment.minute | (flags.invalid === true ? 0x80 : 0);
  const hundreds = Math.floor((moment.year - 1900) / 100) << 5;
  const hour = moment.hour | hundreds | (flags.summerTime === true ? 0x80 : 0);
  return { dataField: 4, bytes: Uint8Array.of(minute, hour, ...dateBytes(moment.year, moment.month, moment.day)) };
}

/** VIF 7C or FC with its text, then the VIFE. */
export function plainTextVib(text: string, vife: readonly number[] = []): number[] {
  return [vife.length > 0 ? 0xfc : 0x7c, text.length, ...writeText(text), ...vife];
}

/** An index in Wh as 32-bit integer, VIF 03. */
export function energyWhRecord(energyWh: number, scope: RecordScope = {}): Uint8Array {
  return encodeRecord([0x03], integerData(energyWh, 4), scope);
}
/** Active power in W, VIF 2B; with a phase, VIFE FC 01 to 03. */
export function powerWRecord(powerW: number, phase?: 1 | 2 | 3): Uint8Array {
  return encodeRecord(phaseVib([0x2b], phase), integerData(Math.round(powerW), 4));
}
/** Voltage in tenths of a volt, VIF FD 48. */
export function voltageVRecord(voltageV: number, phase?: 1 | 2 | 3): Uint8Array {
  return encodeRecord(phaseVib([0xfd, 0x48], phase), integerData(Math.round(voltageV * 10), 2));
}
/** Current in milliamperes, VIF FD 59. */
export function currentARecord(currentA: number, phase?: 1 | 2 | 3): Uint8Array {
  return encodeRecord(phaseVib([0xfd, 0x59], phase), integerData(Math.round(currentA * 1000), 4));
}

export interface EncodedHeader {
  /** Eight hex digits. */
  readonly id: string;
  readonly manufacturer: string;
  readonly version: number;
  readonly mediumCode: number;
  readonly accessNumber: number;
  readonly status?: number;
  readonly signature?: number;
}

/** Identification, manufacturer, version, medium: the eight bytes of a secondary address. */
export function encodeMeterAddress(header: EncodedHeader): Uint8Array {
  const code = manufacturerCode(header.manufacturer);
  const id = fromHexLine(header.id)!.slice().reverse();
  return Uint8Array.of(...id, code & 0xff, code >> 8, header.version, header.mediumCode);
}

/** The twelve bytes of a long header. */
export function encodeLongHeader(header: EncodedHeader): Uint8Array {
  const signature = header.signature ?? 0;
  const { accessNumber, status = 0 } = header;
  return Uint8Array.of(...encodeMeterAddress(header), accessNumber, status, signature & 0xff, signature >> 8);
}

/** RSP_UD with a variable data structure, encrypted in mode 5 when a key is given; `more` ends it with 1F. */
export function encodeResponse(
  address: number,
  header: EncodedHeader,
  records: readonly Uint8Array[],
  options: { readonly more?: boolean; readonly key?: Uint8Array } = {},
): Uint8Array {
  const plain = joinBytes(options.more === true ? [...records, Uint8Array.of(DIF_MORE_RECORDS)] : records);
  if (options.key === undefined) {
    return encodeLong(RSP_UD, address, CI_RESPONSE, joinBytes([encodeLongHeader(header), plain]));
  }
  const encrypted = encryptModeFive(plain, header.accessNumber, encodeMeterAddress(header), options.key);
  const secured = encodeLongHeader({ ...header, signature: encrypted.configuration });
  return encodeLong(RSP_UD, address, CI_RESPONSE, joinBytes([secured, encrypted.data]));
}

/** RSP_UD with a fixed data structure; counters BCD or binary, units as their six-bit codes. */
export function encodeFixedResponse(
  address: number,
  fixed: {
    readonly id: string;
    readonly accessNumber: number;
    readonly medium: number;
    readonly units: readonly [number, number];
    readonly counters: readonly [number, number];
    readonly binary: boolean;
    readonly stored?: boolean;
  },
): Uint8Array {
  const status = (fixed.binary ? 1 : 0) | (fixed.stored === true ? 2 : 0);
  const counters = fixed.counters.map((value) => (fixed.binary ? writeInteger(value, 4) : writeBcd(value, 4)));
  const units = [fixed.units[0] | ((fixed.medium & 3) << 6), fixed.units[1] | ((fixed.medium >> 2) << 6)];
  const id = fromHexLine(fixed.id)!.slice().reverse();
  const head = Uint8Array.of(...id, fixed.accessNumber, status, ...units);
  return encodeLong(RSP_UD, address, CI_FIXED_RESPONSE, joinBytes([head, ...counters]));
}

export function joinBytes(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** DIF and as many DIFE as storage, tariff and subunit need. */
function encodeDataInformation(dataField: number, scope: RecordScope): number[] {
  let storage = scope.storage ?? 0;
  let tariff = scope.tariff ?? 0;
  let subunit = scope.subunit ?? 0;
  const dif = dataField | (FUNCTIONS.indexOf(scope.function ?? 'instantaneous') << 4) | ((storage % 2) << 6);
  storage = Math.floor(storage / 2);
  const block = [dif];
  while (storage > 0 || tariff > 0 || subunit > 0) {
    block[block.length - 1]! |= 0x80;
    block.push((storage % 16) | ((tariff & 3) << 4) | ((subunit & 1) << 6));
    storage = Math.floor(storage / 16);
    tariff >>= 2;
    subunit >>= 1;
  }
  return block;
}

function phaseVib(vib: readonly number[], phase: 1 | 2 | 3 | undefined): readonly number[] {
  if (phase === undefined) return vib;
  const last = vib.length - 1;
  return [...vib.slice(0, last), vib[last]! | 0x80, 0xfc, phase];
}

function dateBytes(year: number, month: number, day: number): Uint8Array {
  const two = year % 100;
  return Uint8Array.of(day | ((two & 7) << 5), month | ((two >> 3) << 4));
}

const CI_RESPONSE = 0x72;
const CI_FIXED_RESPONSE = 0x73;
