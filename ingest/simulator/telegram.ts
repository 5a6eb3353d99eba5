/**
 * What a simulated electricity meter answers: variable data structure (CI 72) with its registers, in one telegram or two.
 *
 *   72 | id 4 BCD  man 2  version  02  access  status  00 00 | records … [1F]
 *
 * Single-phase meters show index, power, voltage, current and their clock, and as real ones do the index of the last month
 * under storage 1; three-phase ones an export index and the values of each phase.
 */
import type { Registers } from './simulation.ts';

export interface MeterIdentity {
  /** Eight decimal digits. */
  readonly identification: string;
  /** Three letters. */
  readonly manufacturer: string;
  readonly version: number;
  readonly medium: number;
}

/** How the meter codes its index: 32-bit, 48-bit integer or BCD of as many digits as it takes. */
export type IndexCoding = 'integer32' | 'integer48' | 'bcd';

export interface ReadoutOptions {
  readonly coding: IndexCoding;
  readonly threePhase: boolean;
  readonly twoTelegrams: boolean;
}

export interface MeterClock {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
}

/** Control information and data of each telegram of one readout; the access number counts the answers of this meter. */
export function readout(
  identity: MeterIdentity,
  registers: Registers,
  clock: MeterClock,
  accessNumber: number,
  options: ReadoutOptions,
): { readonly controlInformation: number; readonly data: Uint8Array }[] {
  const parts = [indexAndPower(registers, options), details(registers, clock, options)];
  const bodies = options.twoTelegrams ? [[...parts[0]!, moreTelegrams], parts[1]!] : [parts.flat()];
  return bodies.map((body, position) => ({
    controlInformation: variableData,
    data: Uint8Array.from([...header(identity, (accessNumber + position) & 0xff), ...body]),
  }));
}

/** Class 1 data: the header and the error flags (FD 17), bit 2 a lost phase. */
export function alarm(identity: MeterIdentity): { readonly controlInformation: number; readonly data: Uint8Array } {
  return { controlInformation: variableData, data: Uint8Array.from([...header(identity, 0), 0x01, 0xfd, 0x17, 0x04]) };
}

/** Manufacturer letters as 15 bits, 5 a letter (A = 1), little-endian. */
export function manufacturerBytes(letters: string): readonly [number, number] {
  const [a = 64, b = 64, c = 64] = [...letters].map((letter) => letter.charCodeAt(0));
  const code = ((a - 64) << 10) | ((b - 64) << 5) | (c - 64);
  return [code & 0xff, code >> 8];
}

/** `count` bytes of packed digits, least significant byte first. */
export function bcd(value: number, count: number): number[] {
  const digits = String(value)
    .padStart(2 * count, '0')
    .slice(-2 * count);
  return Array.from({ length: count }, (_, byte) =>
    Number.parseInt(digits.slice(2 * (count - 1 - byte), 2 * (count - byte)), 16),
  );
}

const variableData = 0x72;
const moreTelegrams = 0x1f;

function header(identity: MeterIdentity, accessNumber: number): number[] {
  return [
    ...bcd(Number(identity.identification), 4),
    ...manufacturerBytes(identity.manufacturer),
    identity.version,
    identity.medium,
    accessNumber,
    0,
    0,
    0,
  ];
}

function indexAndPower(registers: Registers, options: ReadoutOptions): number[] {
  return [...energy(registers.registerWh, options.coding), 0x04, 0x2b, ...integer(registers.powerW, 4)];
}

function energy(wh: number, coding: IndexCoding): number[] {
  if (coding === 'integer32') return [0x04, 0x03, ...integer(wh, 4)];
  if (coding === 'integer48') return [0x06, 0x03, ...integer(wh, 6)];
  return wh < 1e8 ? [0x0c, 0x03, ...bcd(wh, 4)] : [0x0e, 0x03, ...bcd(wh, 6)];
}

function details(registers: Registers, clock: MeterClock, options: ReadoutOptions): number[] {
  const deciVolts = 2300 + ((registers.registerWh * 7) % 60) - 30;
  const lastMonth = [0x44, 0x03, ...integer(Math.max(0, registers.registerWh - 150_000), 4)];
  if (!options.threePhase) {
    const milliAmperes = Math.round((registers.powerW * 10_000) / deciVolts);
    return [
      ...[0x02, 0xfd, 0x48, ...integer(deciVolts, 2)],
      ...[0x04, 0xfd, 0x59, ...integer(milliAmperes, 4)],
      ...lastMonth,
      ...[0x04, 0x6d, ...dateTime(clock)],
    ];
  }
  // Energy with VIFE 3C: counts what flows back only.
  const records = [0x04, 0x83, 0x3c, ...integer(0, 4)];
  for (let phase = 1; phase <= 3; phase += 1) {
    const volts = deciVolts + 4 * phase;
    records.push(0x02, 0xfd, 0xc8, 0xfc, phase, ...integer(volts, 2));
    records.push(0x04, 0xfd, 0xd9, 0xfc, phase, ...integer(Math.round((registers.powerW * 10_000) / 3 / volts), 4));
  }
  return [...records, ...lastMonth, 0x04, 0x6d, ...dateTime(clock)];
}

function integer(value: number, count: number): number[] {
  return Array.from({ length: count }, (_, byte) => Math.floor(value / 256 ** byte) % 256);
}

/** Type F: minute, hour with hundred-year, day with year, month with year. */
function dateTime({ year, month, day, hour, minute }: MeterClock): number[] {
  const short = year % 100;
  return [minute, hour | 0x20, day | ((short & 0x07) << 5), month | ((short & 0x78) << 1)];
}
