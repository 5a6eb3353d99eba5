/**
 * What waits on disk while the broker is away: append-only segments, drained in order.
 *
 *   0000000001.spool   length u32 | CRC-32 u32 | JSON of one record  …    big-endian
 *   position           segment and offset of the first record not yet delivered; written beside and renamed
 *
 * `append` returns when the bytes are on the disk (fsync of file and, for a new segment, folder). A tail torn by a crash was never
 * acknowledged: it is cut off at opening. A record that fails its checksum elsewhere ends its segment and is counted: the disk lost it.
 * After a crash between delivery and `commit` the last records are delivered twice; they are the same to the byte.
 */
import {
  closeSync,
  existsSync,
  fsyncSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import type { OutgoingRecord } from '../journal/port.ts';

export interface SpoolOptions {
  readonly directory: string;
  /** Greatest size of all segments, default 256 MiB: more than 24 h of a thousand meters a minute. */
  readonly maximumBytes?: number | undefined;
  /** A segment is closed at this size, default 4 MiB. */
  readonly segmentBytes?: number | undefined;
}

export interface Spool {
  /** Records that wait. */
  readonly length: number;
  /** On disk, in bytes. */
  readonly size: number;
  /** Records found damaged at opening. */
  readonly damaged: number;
  /** True when all of them are durable; false, and none of them is kept, when they do not fit. Throws what the disk says. */
  append(records: readonly OutgoingRecord[]): boolean;
  /** The oldest records, at most `count`, in order. */
  peek(count: number): OutgoingRecord[];
  /** The oldest `count` are delivered. */
  commit(count: number): void;
  close(): void;
}

/** Opens or creates; one process at a time a folder: throws where another living one holds it. */
export function openSpool(options: SpoolOptions): Spool {
  const { directory, maximumBytes = 256 * 2 ** 20, segmentBytes = 4 * 2 ** 20 } = options;
  mkdirSync(directory, { recursive: true });
  const lock = join(directory, 'lock');
  takeLock(lock);
  const position = readPosition(directory);
  let damaged = 0;
  const segments: Segment[] = [];
  for (const number of segmentNumbers(directory)) {
    if (number < position.segment) unlinkSync(segmentPath(directory, number));
    else {
      const segment = readSegment(directory, number, number === position.segment ? position.offset : 0);
      damaged += segment.damaged;
      segments.push(segment);
    }
  }
  let writing: { readonly segment: Segment; readonly file: number } | undefined;
  const last = segments.at(-1);
  // What lies behind a damaged record is cut off, so that new records are found again.
  if (last) {
    const file = openSync(segmentPath(directory, last.number), 'r+');
    ftruncateSync(file, last.size);
    fsyncSync(file);
    closeSync(file);
  }

  function currentSegment(): { readonly segment: Segment; readonly file: number } {
    if (writing && writing.segment.size < segmentBytes) return writing;
    if (writing) closeSync(writing.file);
    const previous = segments.at(-1);
    const number = Math.max(previous?.number ?? 0, position.segment) + 1;
    const segment: Segment = { number, size: 0, offsets: [], read: 0, damaged: 0 };
    const file = openSync(segmentPath(directory, number), 'a');
    segments.push(segment);
    syncDirectory(directory);
    writing = { segment, file };
    return writing;
  }

  const totalSize = (): number => segments.reduce((sum, segment) => sum + segment.size, 0);

  return {
    get length() {
      return segments.reduce((sum, segment) => sum + segment.offsets.length - segment.read, 0);
    },
    get size() {
      return totalSize();
    },
    damaged,
    append(records) {
      if (records.length === 0) return true;
      const frames = records.map(encode);
      const bytes = Buffer.concat(frames);
      if (totalSize() + bytes.length > maximumBytes) return false;
      const { segment, file } = currentSegment();
      try {
        writeAll(file, bytes);
        fsyncSync(file);
      } catch (error) {
        // Half a write must not stand before the next one.
        ftruncateSync(file, segment.size);
        throw error;
      }
      let offset = segment.size;
      for (const frame of frames) {
        segment.offsets.push(offset);
        offset += frame.length;
      }
      segment.size = offset;
      return true;
    },
    peek(count) {
      const found: OutgoingRecord[] = [];
      for (const segment of segments) {
        if (found.length >= count) break;
        if (segment.read === segment.offsets.length) continue;
        const bytes = readFileSync(segmentPath(directory, segment.number));
        for (const offset of segment.offsets.slice(segment.read, segment.read + count - found.length)) {
          found.push(decode(bytes, offset));
        }
      }
      return found;
    },
    commit(count) {
      let left = count;
      while (left > 0) {
        const [segment] = segments;
        if (!segment) break;
        const taken = Math.min(left, segment.offsets.length - segment.read);
        segment.read += taken;
        left -= taken;
        if (segment.read < segment.offsets.length) break;
        if (left === 0 && segment === writing?.segment && segment.size < segmentBytes) break;
        segments.shift();
        if (segment === writing?.segment) {
          closeSync(writing.file);
          writing = undefined;
        }
        position.segment = segment.number + 1;
        unlinkSync(segmentPath(directory, segment.number));
      }
      const [head] = segments;
      position.segment = head?.number ?? position.segment;
      position.offset = head ? (head.offsets[head.read] ?? head.size) : 0;
      writePosition(directory, position);
    },
    close() {
      if (writing) closeSync(writing.file);
      writing = undefined;
      rmSync(lock, { force: true });
    },
  };
}

interface Segment {
  readonly number: number;
  size: number;
  /** Where each record begins. */
  readonly offsets: number[];
  /** Records of it already delivered. */
  read: number;
  readonly damaged: number;
}
interface Position {
  segment: number;
  offset: number;
}

const headBytes = 8;
const extension = '.spool';

/** The holder's process id; a file left by a dead process is taken over. */
function takeLock(path: string): void {
  const holder = existsSync(path) ? Number(readFileSync(path, 'utf8')) : 0;
  if (holder > 0 && holder !== process.pid && isAlive(holder)) throw new Error(`${path}: held by process ${holder}`);
  writeFileSync(path, String(process.pid));
}

function isAlive(processId: number): boolean {
  try {
    process.kill(processId, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function encode(record: OutgoingRecord): Buffer {
  const payload = Buffer.from(JSON.stringify(record), 'utf8');
  const head = Buffer.alloc(headBytes);
  head.writeUInt32BE(payload.length, 0);
  head.writeUInt32BE(crc32(payload), 4);
  return Buffer.concat([head, payload]);
}

function decode(bytes: Buffer, offset: number): OutgoingRecord {
  const length = bytes.readUInt32BE(offset);
  return JSON.parse(bytes.toString('utf8', offset + headBytes, offset + headBytes + length)) as OutgoingRecord;
}

function segmentPath(directory: string, number: number): string {
  return join(directory, `${String(number).padStart(10, '0')}${extension}`);
}

function segmentNumbers(directory: string): number[] {
  return readdirSync(directory)
    .filter((name) => /^\d{10}\.spool$/.test(name))
    .map((name) => Number.parseInt(name, 10))
    .sort((a, b) => a - b);
}

/** Records up to the first damaged one; `size` is where it begins. */
function readSegment(directory: string, number: number, from: number): Segment {
  const bytes = readFileSync(segmentPath(directory, number));
  const offsets: number[] = [];
  let offset = 0;
  let read = 0;
  while (offset + headBytes <= bytes.length) {
    const length = bytes.readUInt32BE(offset);
    const end = offset + headBytes + length;
    if (end > bytes.length || crc32(bytes.subarray(offset + headBytes, end)) !== bytes.readUInt32BE(offset + 4)) break;
    if (offset < from) read += 1;
    offsets.push(offset);
    offset = end;
  }
  return { number, size: offset, offsets, read, damaged: offset < bytes.length ? 1 : 0 };
}

function readPosition(directory: string): Position {
  const path = join(directory, 'position');
  if (!existsSync(path) || statSync(path).size === 0) return { segment: 0, offset: 0 };
  try {
    const { segment, offset } = JSON.parse(readFileSync(path, 'utf8')) as Partial<Position>;
    if (Number.isSafeInteger(segment) && Number.isSafeInteger(offset)) return { segment: segment!, offset: offset! };
  } catch {
    // Not readable: everything that is there is delivered again.
  }
  return { segment: 0, offset: 0 };
}

function writePosition(directory: string, position: Position): void {
  const path = join(directory, 'position');
  const beside = `${path}.new`;
  const file = openSync(beside, 'w');
  try {
    writeFileSync(file, JSON.stringify(position));
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(beside, path);
  syncDirectory(directory);
}

function writeAll(file: number, bytes: Buffer): void {
  let written = 0;
  while (written < bytes.length) written += writeSync(file, bytes, written);
}

function syncDirectory(directory: string): void {
  const folder = openSync(directory, 'r');
  try {
    fsyncSync(folder);
  } finally {
    closeSync(folder);
  }
}
