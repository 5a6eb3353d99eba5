/**
 * The long fuzzing run: `node test/ingest/mbus/fuzz.ts --count 2000000 [--seed 1] [--target all|mbus|dlms]`.
 * `all`: so many M-Bus inputs, and a tenth of them for DLMS, each of which is a stream of several pushes deciphered four times.
 *
 * Mutated frames and streams made of them. It stops at the first exception, the first record from a frame whose
 * checksum is wrong, the first stream that decodes otherwise when it is cut otherwise, a line that is not JSON, one input
 * that takes longer than a second, or memory that grows. It prints how often each outcome came and the heap on the way.
 */
import { parseArgs } from 'node:util';
import { checksum } from '../../../ingest/mbus/frame/link-frame.ts';
import { StreamDecoder, type StreamEvent } from '../../../ingest/mbus/frame/stream.ts';
import { toHex } from '../../../ingest/mbus/hex.ts';
import { telegramJson } from '../../../ingest/mbus/json.ts';
import { TelegramDecoder } from '../../../ingest/mbus/telegram.ts';
import { goldenFrames } from './golden-frames.ts';
import { mutate, type Random, repair, seededRandom } from './mutate.ts';

/** Decodes one input and names its outcomes; throws when a law is broken. */
export type FuzzTarget = (bytes: Uint8Array, random: Random) => readonly string[];

/** Classical M-Bus: the frame decoded exactly, and as a part of a stream cut in two ways. */
export function mbusTarget(): FuzzTarget {
  const decoder = new TelegramDecoder({ key: new Uint8Array(16), address: new Uint8Array(8) });
  let before: Uint8Array = new Uint8Array(0);
  return (bytes, random) => {
    const outcomes: string[] = [];
    const telegram = decoder.decode(bytes);
    JSON.parse(telegramJson(telegram));
    if (telegram.kind === 'rejected') outcomes.push(telegram.code);
    else {
      const { frame, records } = telegram;
      const long = frame.kind === 'long' || frame.kind === 'control';
      if (long && checksum(bytes, 4, bytes.length - 2) !== bytes[bytes.length - 2])
        throw new Error('wrong checksum let through');
      outcomes.push(telegram.error ?? frame.kind);
      for (const record of records) {
        if (record.error !== null) outcomes.push(`record ${record.error}`);
        else if (typeof record.value === 'number' && !Number.isFinite(record.value))
          throw new Error('value not finite');
        if (record.error !== null && record.value !== null) throw new Error('a value beside an error');
      }
    }
    const stream = Uint8Array.of(...before, ...bytes);
    before = bytes;
    const whole = new StreamDecoder();
    const events = [...whole.push(stream), ...whole.flush()];
    const pieces = new StreamDecoder();
    const cut: StreamEvent[] = [];
    for (let at = 0; at < stream.length; ) {
      const next = at + 1 + random(40);
      cut.push(...pieces.push(stream.subarray(at, next)));
      at = next;
    }
    cut.push(...pieces.flush());
    if (describeEvents(events) !== describeEvents(cut)) throw new Error('another cut, another outcome');
    return outcomes;
  };
}

/** A target, its seeds and a number of inputs; the counts of every outcome. */
export function fuzz(
  target: FuzzTarget,
  seeds: readonly Uint8Array[],
  count: number,
  seed: number,
  progressStep = Number.POSITIVE_INFINITY,
  onProgress: (done: number) => void = () => {},
): ReadonlyMap<string, number> {
  const random = seededRandom(seed);
  const counts = new Map<string, number>();
  for (let done = 1; done <= count; done++) {
    const mutated = mutate(seeds[random(seeds.length)]!, seeds[random(seeds.length)]!, random);
    const bytes = random(2) === 0 ? mutated : repair(mutated);
    const started = performance.now();
    try {
      for (const outcome of target(bytes, random)) counts.set(outcome, (counts.get(outcome) ?? 0) + 1);
    } catch (cause) {
      throw new Error(`input ${done} of seed ${seed}: ${toHex(bytes)}`, { cause });
    }
    if (performance.now() - started > 1000) throw new Error(`over a second: ${toHex(bytes)}`);
    if (done % progressStep === 0) onProgress(done);
  }
  return counts;
}

function describeEvents(events: readonly StreamEvent[]): string {
  return events
    .map((event) =>
      event.kind === 'frame'
        ? `${toHex(event.frame.bytes)}${event.afterRecovery ? '!' : ''}`
        : `${event.reason.code} ${event.discarded}`,
    )
    .join('|');
}

/** The DLMS side brings its own step, which makes and mutates pushes from dice. */
async function dlmsTarget(): Promise<FuzzTarget> {
  const { fuzzDlms } = await import('../dlms/fuzz-target.ts');
  return (_, random) => {
    fuzzDlms(Uint8Array.from({ length: 96 }, () => random(256)));
    return ['step'];
  };
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      count: { type: 'string', default: '2000000' },
      seed: { type: 'string', default: '1' },
      target: { type: 'string', default: 'all' },
    },
  });
  const [count, seed] = [Number(values.count), Number(values.seed)];
  if (values.target !== 'dlms') run('mbus', mbusTarget(), count, seed);
  if (values.target === 'dlms') run('dlms', await dlmsTarget(), count, seed);
  else if (values.target === 'all') run('dlms', await dlmsTarget(), Math.ceil(count / 10), seed);
}

/** Runs one target, prints its account, throws where the memory grows. */
function run(name: string, target: FuzzTarget, count: number, seed: number): void {
  const seeds = goldenFrames().map(({ bytes }) => bytes);
  const heaps: number[] = [];
  const started = performance.now();
  const step = Math.max(1, Math.floor(count / PROGRESS_STEPS));
  const counts = fuzz(target, seeds, count, seed, step, (done) => {
    globalThis.gc?.();
    heaps.push(process.memoryUsage().heapUsed);
    if (heaps.length % 4 === 0) console.error(`${name}: ${done} inputs, heap ${(heaps.at(-1)! / 1e6).toFixed(1)} MB`);
  });
  const seconds = Math.round((performance.now() - started) / 1000);
  const outcomes = Object.fromEntries([...counts].sort((a, b) => b[1] - a[1]));
  console.log(JSON.stringify({ target: name, count, seconds, outcomes }, null, 1));
  const settled = heaps[Math.floor(heaps.length / 4)] ?? 0;
  if (globalThis.gc !== undefined && heaps.length >= 8 && heaps.at(-1)! > settled * 1.2 + 2e6) {
    throw new Error(`${name}: the heap grows: ${settled} to ${heaps.at(-1)} bytes`);
  }
}

const PROGRESS_STEPS = 40;
if (import.meta.main) await main();
