/**
 * Readings in order as bytes, about five each, because a city's meters are all held in memory:
 *
 *     | head | step of the instant − step before | step of the index | power | what else there is |
 *
 *     head  bits 0-2  power: 0 none, 1 to 4 an integer / 1, 10, 100, 1000; 7: not to be packed, five 64-bit floats follow
 *                     (instant, index, power, apparent power, register step), and the step begins anew at 0
 *           bit 3     the instant's step (ms) is not the step before: their difference follows     bit 4  it is negative
 *           bit 5     the index falls                                                              bit 6  the power is negative
 *           bit 7     more: a byte of apparent power (as power) and bit 3 for a register step that is not the one before
 *
 * Numbers are unsigned, seven bits a byte, the lowest first, bit 7 where more follow (LEB128).
 */
import { ReadingColumns } from './readings.ts';

/** Nothing but an integer power. */
const plain = 1;
const raw = 7;
const otherStep = 8;
const stepNegative = 16;
const indexFalls = 32;
const powerNegative = 64;
const more = 128;
const otherResolution = 8;
/** Head, two numbers of eight bytes, two of five, a byte, a number of five; or a head and five floats. */
const longestReading = 41;
const scales = [1, 10, 100, 1000] as const;
const firstCapacity = 600;
const leastGrowth = 256;

const noBytes = new Uint8Array(0);
const floats = new Float64Array(5);
const floatBytes = new Uint8Array(floats.buffer);

export class ReadingStream {
  length = 0;
  private bytes = noBytes;
  private used = 0;
  /** Of the reading appended last; −Infinity: none. */
  lastAt = Number.NEGATIVE_INFINITY;
  private lastStep = 0;
  private lastWh = 0;
  private lastResolution = 1;

  /** `at` above that of every reading before, or equal with a greater index; NaN where there is no power. */
  append(at: number, indexWh: number, powerW: number, apparentVa: number, resolutionWh: number): void {
    const { bytes, used } = this;
    const rise = indexWh - this.lastWh;
    const isPlain =
      at - this.lastAt === this.lastStep &&
      resolutionWh === this.lastResolution &&
      isWord(rise) &&
      isWord(powerW) &&
      Number.isNaN(apparentVa) &&
      used + longestReading <= bytes.length;
    if (!isPlain) {
      this.appendOther(at, indexWh, powerW, apparentVa, resolutionWh);
      return;
    }
    // What most meters send, at even steps.
    bytes[used] = plain;
    this.used = putWord(bytes, putWord(bytes, used + 1, rise), powerW);
    this.length++;
    this.lastAt = at;
    this.lastWh = indexWh;
  }

  private appendOther(at: number, indexWh: number, powerW: number, apparentVa: number, resolutionWh: number): void {
    if (this.used + longestReading > this.bytes.length) this.reserve(this.used === 0 ? firstCapacity : this.used >> 3);
    const first = this.length === 0;
    const step = first ? at : at - this.lastAt;
    const change = step - this.lastStep;
    const rise = indexWh - this.lastWh;
    const scale = scaleOf(powerW);
    const vaScale = apparentVa < 0 ? raw : scaleOf(apparentVa);
    const isRaw =
      scale === raw ||
      vaScale === raw ||
      !Number.isSafeInteger(change) ||
      !Number.isSafeInteger(rise) ||
      !isWord(resolutionWh);
    if (isRaw) this.appendRaw(at, indexWh, powerW, apparentVa, resolutionWh);
    else {
      const { bytes } = this;
      const head = this.used;
      let end = head + 1;
      let bits = scale;
      if (change !== 0) {
        bits |= change < 0 ? otherStep | stepNegative : otherStep;
        end = put(bytes, end, change < 0 ? -change : change);
      }
      if (rise < 0) bits |= indexFalls;
      end = put(bytes, end, rise < 0 ? -rise : rise);
      if (scale !== 0) {
        if (powerW < 0) bits |= powerNegative;
        end = put(bytes, end, scaled(powerW < 0 ? -powerW : powerW, scale));
      }
      const sameResolution = resolutionWh === this.lastResolution;
      if (vaScale !== 0 || !sameResolution) {
        bits |= more;
        bytes[end++] = sameResolution ? vaScale : vaScale | otherResolution;
        if (vaScale !== 0) end = put(bytes, end, scaled(apparentVa, vaScale));
        if (!sameResolution) end = put(bytes, end, resolutionWh);
      }
      bytes[head] = bits;
      this.used = end;
    }
    this.length++;
    this.lastStep = first || isRaw ? 0 : step;
    this.lastAt = at;
    this.lastWh = indexWh;
    this.lastResolution = resolutionWh;
  }

  unfold(into: ReadingColumns): void {
    into.reset(this.length);
    const { length } = this;
    const { at, indexWh, powerW, apparentVa, resolutionWh } = into;
    const { bytes } = this;
    const reader = new Reader(bytes);
    let instant = 0;
    let step = 0;
    let index = 0;
    let resolution = 1;
    for (let i = 0; i < length; i++) {
      const { position } = reader;
      const rise = bytes[position + 1] as number;
      const low = bytes[position + 2] as number;
      const high = bytes[position + 3] as number;
      if (bytes[position] === plain && i > 0 && rise < 128 && low > 127 && high < 128) {
        // Even steps, a small rise and an integer power of two bytes: most readings, read at once.
        reader.position = position + 4;
        instant += step;
        index += rise;
        at[i] = instant;
        indexWh[i] = index;
        powerW[i] = (low & 127) | (high << 7);
        apparentVa[i] = Number.NaN;
        resolutionWh[i] = resolution;
        continue;
      }
      const head = reader.byte();
      let power = Number.NaN;
      let apparent = Number.NaN;
      const scale = head & 7;
      if (scale === raw) {
        reader.floats();
        step = 0;
        instant = floats[0] as number;
        index = floats[1] as number;
        power = floats[2] as number;
        apparent = floats[3] as number;
        resolution = floats[4] as number;
      } else {
        if ((head & otherStep) !== 0) step += (head & stepNegative) === 0 ? reader.number() : -reader.number();
        instant += step;
        const change = reader.number();
        index += (head & indexFalls) === 0 ? change : -change;
        if (scale !== 0) {
          power = scale === 1 ? reader.number() : reader.number() / (scales[scale - 1] as number);
          if ((head & powerNegative) !== 0) power = -power;
        }
        if ((head & more) !== 0) {
          const extra = reader.byte();
          const vaScale = extra & 7;
          if (vaScale !== 0) apparent = reader.number() / (scales[vaScale - 1] as number);
          if ((extra & otherResolution) !== 0) resolution = reader.number();
        }
      }
      if (i === 0) step = 0;
      at[i] = instant;
      indexWh[i] = index;
      powerW[i] = power;
      apparentVa[i] = apparent;
      resolutionWh[i] = resolution;
    }
  }

  private appendRaw(...reading: [number, number, number, number, number]): void {
    this.bytes[this.used++] = raw;
    floats.set(reading);
    this.bytes.set(floatBytes, this.used);
    this.used += floatBytes.length;
  }

  /** The same without the first `count` readings. */
  without(count: number): ReadingStream {
    const columns = new ReadingColumns();
    this.unfold(columns);
    const { at, indexWh, powerW, apparentVa, resolutionWh, length } = columns;
    const kept = new ReadingStream();
    kept.reserve(Math.ceil((this.used * (length - count)) / length));
    for (let i = count; i < length; i++)
      kept.append(
        at[i] as number,
        indexWh[i] as number,
        powerW[i] as number,
        apparentVa[i] as number,
        resolutionWh[i] as number,
      );
    return kept;
  }

  /** Room for so many bytes more, and some besides. */
  private reserve(bytes: number): void {
    const larger = new Uint8Array(this.used + Math.max(leastGrowth, bytes + longestReading));
    larger.set(this.bytes.subarray(0, this.used));
    this.bytes = larger;
  }
}

class Reader {
  private readonly bytes: Uint8Array;
  position = 0;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
  }

  byte(): number {
    return this.bytes[this.position++] as number;
  }

  number(): number {
    const low = this.byte();
    return low < 128 ? low : this.longer(low & 127);
  }

  floats(): void {
    floatBytes.set(this.bytes.subarray(this.position, this.position + floatBytes.length));
    this.position += floatBytes.length;
  }

  private longer(low: number): number {
    const second = this.byte();
    let value = low | ((second & 127) << 7);
    if (second < 128) return value;
    let unit = 16_384;
    for (;;) {
      const next = this.byte();
      value += (next & 127) * unit;
      if (next < 128) return value;
      unit *= 128;
    }
  }
}

/** Writes a number and returns the position after it. */
function put(bytes: Uint8Array, position: number, value: number): number {
  let end = position;
  let rest = value;
  while (rest > 0x7fffffff) {
    bytes[end++] = (rest % 128) | 128;
    rest = Math.floor(rest / 128);
  }
  return putWord(bytes, end, rest | 0);
}

/** The same for an integer of 31 bits. */
function putWord(bytes: Uint8Array, position: number, value: number): number {
  let end = position;
  let word = value;
  while (word > 127) {
    bytes[end++] = (word & 127) | 128;
    word >>= 7;
  }
  bytes[end++] = word;
  return end;
}

/** The integer of a value whose scale is 1 to 4. */
function scaled(value: number, scale: number): number {
  return scale === 1 ? value : Math.round(value * (scales[scale - 1] as number));
}

/** 0: none; 1 to 4: an integer of 31 bits over 1, 10, 100, 1000; else raw. */
function scaleOf(value: number): number {
  if (Number.isNaN(value)) return 0;
  const size = value < 0 ? -value : value;
  if ((size | 0) === size) return 1;
  for (let scale = 2; scale <= 4; scale++) {
    const integer = scaled(size, scale);
    if (isWord(integer) && integer / (scales[scale - 1] as number) === size) return scale;
  }
  return raw;
}

function isWord(value: number): boolean {
  return (value | 0) === value && value >= 0;
}
