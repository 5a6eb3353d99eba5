/**
 * The wire between a master and simulated slaves: half duplex, with the time that bytes take and what a real line does to them.
 *
 * At `baud` a byte takes 11 bit times (8E1) and a slave waits 11 bit times to 330 bit times + 50 ms before it answers
 * (EN 13757-2 5.4); without `baud` answers come at once. Every fault is drawn from the seed.
 */
import { type Observable, type SchedulerLike, Subject } from 'rxjs';
import { StreamDecoder } from '../mbus/frame/stream.ts';
import { sequence } from './random.ts';
import type { Slave } from './slave.ts';

export interface LineFaults {
  /** Share of bytes changed on their way, in both directions. */
  readonly noise?: number | undefined;
  /** Share of answers that do not come, that break off, that come `lateMs` (default 2 s) later. */
  readonly missing?: number | undefined;
  readonly partial?: number | undefined;
  readonly late?: number | undefined;
  readonly lateMs?: number | undefined;
  /** The level converter returns what the master sends. */
  readonly echo?: boolean | undefined;
}

export interface LineOptions extends LineFaults {
  readonly seed: number;
  readonly baud?: number | undefined;
  readonly scheduler: SchedulerLike;
}

export interface Line {
  readonly bytes$: Observable<Uint8Array>;
  write(bytes: Uint8Array): void;
}

export function createLine(slaves: readonly Slave[], options: LineOptions): Line {
  const { scheduler, baud, noise = 0, missing = 0, partial = 0, late = 0, lateMs = 2000 } = options;
  const bytes = new Subject<Uint8Array>();
  const draw = sequence(options.seed);
  const decoder = new StreamDecoder();
  const byteMs = baud === undefined ? 0 : 11_000 / baud;

  function disturb(chunk: Uint8Array): Uint8Array {
    if (noise === 0) return chunk;
    return chunk.map((byte) => (draw() < noise ? byte ^ (1 + Math.floor(255 * draw())) : byte));
  }

  function send(chunk: Uint8Array, afterMs: number): void {
    // As a UART and a gateway give them: what came within some 40 ms.
    const step = byteMs === 0 ? chunk.length : Math.max(1, Math.floor(40 / byteMs));
    for (let start = 0; start < chunk.length; start += step) {
      const end = Math.min(chunk.length, start + step);
      scheduler.schedule(() => bytes.next(chunk.subarray(start, end)), afterMs + end * byteMs);
    }
  }

  function answer(request: ReturnType<StreamDecoder['push']>[number], sentMs: number): void {
    if (request.kind !== 'frame') return;
    const at = scheduler.now();
    const answers = slaves.map((slave) => slave.receive(request.frame, at)).filter((each) => each !== null);
    if (answers.length === 0 || draw() < missing) return;
    const delayMs = baud === undefined ? 0 : 11_000 / baud + draw() * (330_000 / baud + 50);
    const lateness = draw() < late ? lateMs : 0;
    const whole = answers.length === 1 ? answers[0]! : collide(answers);
    const sent = draw() < partial ? whole.subarray(0, Math.floor(whole.length * draw())) : whole;
    if (sent.length > 0) send(disturb(sent), sentMs + delayMs + lateness);
  }

  return {
    bytes$: bytes.asObservable(),
    write(sent) {
      const sentMs = sent.length * byteMs;
      if (options.echo) send(sent.slice(), 0);
      const received = disturb(sent);
      for (const event of [...decoder.push(received), ...decoder.flush()]) answer(event, sentMs);
    },
  };
}

/** Two slaves at once: a space wins over a mark, and their clocks drift, so what follows the first byte is no frame. */
function collide(answers: readonly Uint8Array[]): Uint8Array {
  const length = Math.max(...answers.map((each) => each.length)) + 1;
  return Uint8Array.from({ length }, (_, index) => {
    let byte = 0xff;
    answers.forEach((each, order) => {
      byte &= ((each[index] ?? 0xff) & (each[index - 1] ?? 0xff)) ^ (order & 1);
    });
    return index === 0 ? answers[0]![0]! : byte;
  });
}
