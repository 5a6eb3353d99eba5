/**
 * The value information block: VIF, a plain text where the VIF says so, then VIFE while the extension bit is set
 * (EN 13757-3:2018, 6.4).
 *
 *   E vvv vvvv  [length, text, last character first]  [E vvv vvvv] …        at most ten VIFE
 *
 * The length and the text follow the VIF directly, before the VIFE. A block without VIFE is a row of a table made once;
 * the others are interpreted once and then found again in a cache of bounded size.
 */
import { HEX_PAIRS, toHex } from '../hex.ts';
import { manufacturerName } from './manufacturer.ts';
import { draftOf, type Meaning, type MeaningDraft, meaningOf, type VifRow } from './meaning.ts';
import { readText } from './text.ts';
import { VIF_FB } from './vif-fb.ts';
import { VIF_FD, VIF_FD_FD } from './vif-fd.ts';
import { VIF_PRIMARY } from './vif-primary.ts';
import { MANUFACTURER_ROW, PLAIN_TEXT_ROW, RESERVED_ROW } from './vif-table.ts';
import { applyVife, applyVifeExtension } from './vife.ts';
import { applyManufacturerVife } from './vife-manufacturer.ts';

export const VIF_PLAIN_TEXT = 0x7c;
export const VIF_MANUFACTURER = 0x7f;
export const VIF_EXTENSION_FB = 0xfb;
export const VIF_EXTENSION_FD = 0xfd;
export const MAXIMUM_VIFE = 10;

/** Where the block that begins at `start` ends; -1 when `end` comes first. */
export function endOfBlock(bytes: Uint8Array, start: number, end: number): number {
  const vif = bytes[start]!;
  let at = start + 1;
  if ((vif & 0x7f) === VIF_PLAIN_TEXT) {
    if (at >= end) return -1;
    at += 1 + bytes[at]!;
    if (at > end) return -1;
  }
  if (vif < 0x80) return at;
  while (at < end) {
    if (bytes[at++]! < 0x80) return at;
  }
  return -1;
}

/** How many VIFE the block bytes[start, end) has. */
export function countVife(bytes: Uint8Array, start: number, end: number): number {
  const text = (bytes[start]! & 0x7f) === VIF_PLAIN_TEXT ? 1 + bytes[start + 1]! : 0;
  return end - start - 1 - text;
}

/** What the block bytes[start, end) means in a meter of this manufacturer (15-bit code, 0 when unknown). */
export function interpretBlock(bytes: Uint8Array, start: number, end: number, manufacturerCode: number): Meaning {
  const vif = bytes[start]!;
  let at = start + 1;
  let row: VifRow;
  if (vif === VIF_EXTENSION_FB && at < end) row = VIF_FB[bytes[at++]! & 0x7f]!;
  else if (vif === VIF_EXTENSION_FD && at < end) {
    const second = bytes[at++]!;
    row = second === VIF_EXTENSION_FD && at < end ? VIF_FD_FD[bytes[at++]! & 0x7f]! : VIF_FD[second & 0x7f]!;
  } else if ((vif & 0x7f) === VIF_PLAIN_TEXT) {
    const length = bytes[at]!;
    row = { ...PLAIN_TEXT_ROW, quantity: readText(bytes, at + 1, length) };
    at += 1 + length;
  } else if ((vif & 0x7f) === VIF_MANUFACTURER) row = MANUFACTURER_ROW;
  else row = VIF_PRIMARY[vif & 0x7f] ?? RESERVED_ROW;
  const draft = draftOf(row);
  draft.vib = toHex(bytes, start, end);
  if (row === MANUFACTURER_ROW) draft.manufacturerVife = toHex(bytes, at, end);
  else applyChain(draft, bytes, at, end, manufacturerCode);
  return meaningOf(draft);
}

function applyChain(
  draft: MeaningDraft,
  bytes: Uint8Array,
  start: number,
  end: number,
  manufacturerCode: number,
): void {
  for (let at = start; at < end; at++) {
    const code = bytes[at]! & 0x7f;
    if (code === VIFE_EXTENSION && at + 1 < end) applyVifeExtension(draft, bytes[++at]! & 0x7f);
    else if (code === VIFE_MANUFACTURER) {
      const manufacturer = manufacturerName(manufacturerCode);
      for (at += 1; at < end; at++) {
        draft.manufacturerVife += HEX_PAIRS[bytes[at]!];
        applyManufacturerVife(draft, bytes[at]! & 0x7f, manufacturer);
      }
    } else applyVife(draft, code);
  }
}

/**
 * Blocks with VIFE, found again by their bytes: one slot a hash, the newest wins, so that memory stays bounded. Blocks of
 * up to four bytes, nearly all, are compared as one number.
 */
export class MeaningCache {
  readonly #short: (ShortSlot | undefined)[] = new Array(SLOTS).fill(undefined);
  readonly #long: (LongSlot | undefined)[] = new Array(SLOTS).fill(undefined);

  /** The meaning of the block bytes[start, end), two bytes or more. */
  find(bytes: Uint8Array, start: number, end: number, manufacturerCode: number): Meaning {
    const length = end - start;
    if (length > 4) return this.#findLong(bytes, start, end, manufacturerCode);
    let packed = bytes[start]! | (bytes[start + 1]! << 8);
    if (length > 2) packed |= bytes[start + 2]! << 16;
    if (length > 3) packed |= bytes[start + 3]! << 24;
    const index = slotOf(packed + Math.imul(manufacturerCode, 31) + length);
    const slot = this.#short[index];
    if (
      slot !== undefined &&
      slot.packed === packed &&
      slot.length === length &&
      slot.manufacturerCode === manufacturerCode
    ) {
      return slot.meaning;
    }
    const meaning = interpretBlock(bytes, start, end, manufacturerCode);
    this.#short[index] = { packed, length, manufacturerCode, meaning };
    return meaning;
  }

  #findLong(bytes: Uint8Array, start: number, end: number, manufacturerCode: number): Meaning {
    let hash = manufacturerCode;
    for (let at = start; at < end; at++) hash = (Math.imul(hash, 31) + bytes[at]!) | 0;
    const index = slotOf(hash);
    const slot = this.#long[index];
    if (slot !== undefined && slot.manufacturerCode === manufacturerCode && sameBytes(slot.block, bytes, start, end)) {
      return slot.meaning;
    }
    const meaning = interpretBlock(bytes, start, end, manufacturerCode);
    this.#long[index] = { manufacturerCode, block: bytes.slice(start, end), meaning };
    return meaning;
  }
}

interface ShortSlot {
  readonly packed: number;
  readonly length: number;
  readonly manufacturerCode: number;
  readonly meaning: Meaning;
}
interface LongSlot {
  readonly manufacturerCode: number;
  readonly block: Uint8Array;
  readonly meaning: Meaning;
}

/** Multiplicative hashing: the ten highest bits. */
function slotOf(hash: number): number {
  return Math.imul(hash, 0x9e37_79b1) >>> 22;
}

function sameBytes(block: Uint8Array, bytes: Uint8Array, start: number, end: number): boolean {
  if (block.length !== end - start) return false;
  for (let index = 0; index < block.length; index++) if (block[index] !== bytes[start + index]) return false;
  return true;
}

const SLOTS = 1024;
const VIFE_EXTENSION = 0x7c;
const VIFE_MANUFACTURER = 0x7f;

/** The meanings of blocks without VIFE: by VIF, by the code after FD, by the code after FB. */
export const PRIMARY_MEANINGS: readonly Meaning[] = singles(null);
export const FD_MEANINGS: readonly Meaning[] = singles(VIF_EXTENSION_FD);
export const FB_MEANINGS: readonly Meaning[] = singles(VIF_EXTENSION_FB);

function singles(extension: number | null): readonly Meaning[] {
  return Array.from({ length: 128 }, (_, code) => {
    if (extension === null && code === VIF_PLAIN_TEXT) return interpretBlock(Uint8Array.of(code, 0), 0, 2, 0);
    const block = extension === null ? Uint8Array.of(code) : Uint8Array.of(extension, code);
    return interpretBlock(block, 0, block.length, 0);
  });
}
