/**
 * One exchange of the link layer (EN 13757-2 5.7): a telegram out, one answer or none, the same telegram again at most
 * `retries` times.
 *
 *   write ──► first byte within timeoutMs ──► … bytes … ──► answer
 *               │ silence                        │ broken: quiet for quietMs
 *               └────────► same telegram ◄───────┘
 *
 * The timeout runs from the last byte, not from the request: a long answer at 300 Bd is not late. An E5 counts only when
 * nothing stands before or behind it, for pieces of a broken frame and two slaves at once look like one. Answers of other addresses are
 * late ones: thrown away and counted. A lost connection ends the exchange at once.
 */
import { asyncScheduler, Observable, type SchedulerLike, type Subscription } from 'rxjs';
import type { FrameErrorCode } from './mbus/errors.ts';
import { ACD, DFC, RSP_UD } from './mbus/frame/control-field.ts';
import { EchoFilter } from './mbus/frame/echo.ts';
import type { LinkFrame } from './mbus/frame/link-frame.ts';
import { StreamDecoder, type StreamEvent } from './mbus/frame/stream.ts';
import type { ByteLink } from './transport/byte-link.ts';

export type ExchangeFailure = FrameErrorCode | 'TIMEOUT' | 'COLLISION' | 'FOREIGN_ANSWER' | 'LINK_DOWN';

/** `respond`: RSP_UD or E5. `acknowledge`: E5 only. `none`: nobody answers, done when the line has been quiet. */
export type Expectation = 'respond' | 'acknowledge' | 'none';

export type ExchangeOutcome = ExchangeCounts &
  (
    | { readonly kind: 'response'; readonly frame: LinkFrame; readonly at: number }
    | { readonly kind: 'acknowledged'; readonly at: number }
    | { readonly kind: 'failed'; readonly code: ExchangeFailure; readonly at: number; readonly heard: boolean }
  );

export interface ExchangeCounts {
  readonly attempts: number;
  readonly timeouts: number;
  /** Answers that were no sound frame. */
  readonly frameErrors: number;
  readonly discardedBytes: number;
}

export interface ExchangeOptions {
  /** Silence that ends an attempt, ms. */
  readonly timeoutMs: number;
  /** Repetitions after the first, 0 to 2. */
  readonly retries: number;
  /** Silence after which a broken answer or a lone E5 is complete, default 50 ms: gateways send in packets. */
  readonly quietMs?: number | undefined;
  /** Rest before each telegram, default 14 ms: 33 bit times at 2400 Bd. */
  readonly restMs?: number | undefined;
  /** Longest attempt beyond the timeout, default 10 s: 261 bytes at 300 Bd. */
  readonly longestAnswerMs?: number | undefined;
  readonly scheduler?: SchedulerLike | undefined;
}

/** Cold; emits one outcome and completes, never an error. `address`: whose answer it is; null: anybody's (FD, FE). */
export function exchange(
  link: ByteLink,
  telegram: Uint8Array,
  expectation: Expectation,
  address: number | null,
  options: ExchangeOptions,
): Observable<ExchangeOutcome> {
  const { timeoutMs, retries, quietMs = 50, restMs = 14, longestAnswerMs = 10_000 } = options;
  const scheduler = options.scheduler ?? asyncScheduler;

  return new Observable<ExchangeOutcome>((observer) => {
    const counts = { attempts: 0, timeouts: 0, frameErrors: 0, discardedBytes: 0 };
    let decoder = new StreamDecoder();
    let echo = new EchoFilter(telegram);
    let acknowledged = false;
    let collision = false;
    let foreign = false;
    let heard = false;
    let heardInAttempt = false;
    let listening = false;
    /** Bytes were thrown away since the last frame that is no E5. */
    let isTainted = false;
    let firstFault: FrameErrorCode | null = null;
    let startedAt = 0;
    let timer: Subscription | undefined;
    let writing: Subscription | undefined;

    const done = (outcome: ExchangeOutcome): void => {
      observer.next(outcome);
      observer.complete();
    };

    function arm(delayMs: number, action: () => void): void {
      timer?.unsubscribe();
      timer = scheduler.schedule(action, delayMs);
    }

    function attempt(): void {
      counts.attempts += 1;
      decoder = new StreamDecoder();
      echo = new EchoFilter(telegram);
      acknowledged = collision = foreign = heardInAttempt = isTainted = false;
      firstFault = null;
      listening = true;
      startedAt = scheduler.now();
      arm(expectation === 'none' ? quietMs : timeoutMs, silence);
      writing?.unsubscribe();
      writing = link.write(telegram).subscribe({ error: down });
    }

    function received(chunk: Uint8Array): void {
      if (!listening) return;
      const bytes = echo.push(chunk);
      if (bytes.length > 0) {
        heard = heardInAttempt = true;
        if (acknowledged) {
          acknowledged = false;
          collision = true;
        }
        if (consider(decoder.push(bytes))) return;
      }
      if (scheduler.now() - startedAt > timeoutMs + longestAnswerMs) {
        fail();
        return;
      }
      const broken = collision || acknowledged || decoder.failure !== null;
      arm(broken || expectation === 'none' ? quietMs : timeoutMs, silence);
    }

    function isAwaited(frame: LinkFrame): boolean {
      return expectation === 'respond' && isResponse(frame) && (address === null || frame.address === address);
    }

    /** True where the answer is there. */
    function consider(events: readonly StreamEvent[]): boolean {
      for (const event of events) {
        if (event.kind === 'recovery') {
          counts.discardedBytes += event.discarded;
          firstFault ??= event.reason.code;
          isTainted = true;
          if (acknowledged) {
            acknowledged = false;
            collision = true;
          }
        } else if (event.frame.kind === 'ack') {
          if (acknowledged) collision = true;
          acknowledged = !collision && !isTainted;
        } else if (isAwaited(event.frame)) {
          listening = false;
          done({ kind: 'response', frame: event.frame, at: scheduler.now(), ...counts });
          return true;
        } else {
          foreign = true;
          isTainted = false;
          counts.discardedBytes += event.frame.bytes.length;
        }
      }
      // An E5 with something behind it in the same chunk is no acknowledgement.
      if (acknowledged && (decoder.pending > 0 || decoder.failure !== null)) {
        acknowledged = false;
        collision = true;
      }
      return false;
    }

    function silence(): void {
      if (consider(decoder.flush())) return;
      if (acknowledged && expectation !== 'none') {
        done({ kind: 'acknowledged', at: scheduler.now(), ...counts });
      } else if (expectation === 'none') {
        done({ kind: 'acknowledged', at: scheduler.now(), ...counts });
      } else fail();
    }

    function fail(): void {
      listening = false;
      timer?.unsubscribe();
      if (heardInAttempt && (collision || firstFault !== null)) counts.frameErrors += 1;
      else counts.timeouts += 1;
      if (counts.attempts <= retries) {
        arm(restMs, attempt);
        return;
      }
      const code: ExchangeFailure = collision ? 'COLLISION' : (firstFault ?? (foreign ? 'FOREIGN_ANSWER' : 'TIMEOUT'));
      done({ kind: 'failed', code, heard, at: scheduler.now(), ...counts });
    }

    function down(): void {
      if (observer.closed) return;
      timer?.unsubscribe();
      listening = false;
      done({ kind: 'failed', code: 'LINK_DOWN', heard, at: scheduler.now(), ...counts });
    }

    const incoming = link.bytes$.subscribe(received);
    const connection = link.connected$.subscribe((connected) => {
      if (!connected) down();
    });
    if (!observer.closed) arm(restMs, attempt);
    return () => {
      timer?.unsubscribe();
      writing?.unsubscribe();
      incoming.unsubscribe();
      connection.unsubscribe();
    };
  });
}

/** RSP_UD whatever its ACD and DFC. */
function isResponse(frame: LinkFrame): boolean {
  return (frame.kind === 'long' || frame.kind === 'control') && (frame.controlField & ~(ACD | DFC)) === RSP_UD;
}
