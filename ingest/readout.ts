/**
 * Reading one meter: reset, selection, requests until the last telegram, deselection.
 *
 *   primary    [NKE A]                         REQ_UD2 A  … while 1F …            [REQ_UD1 A while ACD]
 *   secondary  [NKE FD]  select FD → E5        REQ_UD2 FD … while 1F …            [REQ_UD1 FD]  NKE FD
 *
 * The frame count bit is kept for each address and direction and toggled only after an error-free answer; after a reset or a
 * selection it is 1. A reset is sent at the start, after every failure, and before every readout of a meter of several telegrams, for
 * only a reset brings all of them back to the first. Where a reset is not acknowledged the meter may repeat an old telegram, so the
 * first readout is thrown away and a second one taken. Within a readout the same bytes once more are a late repetition: asked again
 * with the same frame count bit. Some meters announce another telegram for ever and begin again behind the last: a telegram laid out
 * like the first one ends the readout.
 */
import { concat, concatMap, defer, EMPTY, ignoreElements, map, type Observable, of } from 'rxjs';
import {
  type ExchangeCounts,
  type ExchangeFailure,
  type ExchangeOptions,
  type ExchangeOutcome,
  exchange,
} from './exchange.ts';
import type { TelegramErrorCode } from './mbus/errors.ts';
import { ACD, FCB, REQ_UD1, REQ_UD2, SND_NKE, SND_UD } from './mbus/frame/control-field.ts';
import type { LinkFrame } from './mbus/frame/link-frame.ts';
import { encodeLong } from './mbus/frame/long.ts';
import { encodeShort } from './mbus/frame/short.ts';
import { toHex } from './mbus/hex.ts';
import { type Telegram, TelegramDecoder } from './mbus/telegram.ts';
import type { ByteLink } from './transport/byte-link.ts';

/** More telegrams than this in one readout are a meter that never says the last one. */
export const maximumTelegrams = 32;
export const selectedAddress = 0xfd;

export interface MeterAddress {
  /** 0 to 250; undefined: reached by `secondary`. */
  readonly primary?: number | undefined;
  /** 8 digits of identification, or all 16 hex digits with manufacturer, version and medium as they stand on the wire; F: any. */
  readonly secondary?: string | undefined;
  /** AES-128 key for encryption mode 5. */
  readonly key?: Uint8Array | undefined;
}

export type ReadoutFailure =
  | ExchangeFailure
  | TelegramErrorCode
  | 'NO_DATA'
  | 'NOT_SELECTED'
  | 'TOO_MANY_TELEGRAMS'
  | 'UNCONFIRMED';

export interface ReceivedTelegram {
  /** Epoch ms of its last byte. */
  readonly at: number;
  readonly telegram: Telegram;
}

export type ReadoutOutcome = { readonly counts: ExchangeCounts } & (
  | {
      readonly kind: 'read';
      readonly telegrams: readonly ReceivedTelegram[];
      /** Class 1 data, which the meter offered of itself. */
      readonly alarm?: ReceivedTelegram | undefined;
    }
  /** `silent`: not a byte came back. */
  | { readonly kind: 'failed'; readonly code: ReadoutFailure; readonly silent: boolean }
);

/** A meter's side of the link layer, between two readouts. */
export interface MeterSession {
  /** Cold; emits one outcome. One at a time on a bus. */
  readOut(options: ExchangeOptions): Observable<ReadoutOutcome>;
  /** The next readout begins with a reset. */
  forget(): void;
}

export function createMeterSession(link: ByteLink, address: MeterAddress): MeterSession {
  const decoder = new TelegramDecoder(address.key ? { key: address.key } : {});
  const bySelection = address.primary === undefined;
  const target = address.primary ?? selectedAddress;
  const answering = bySelection ? null : target;
  let needsReset = true;
  const frameCount = { request2: true, request1: true };

  function readOut(options: ExchangeOptions): Observable<ReadoutOutcome> {
    const tally = { attempts: 0, timeouts: 0, frameErrors: 0, discardedBytes: 0 };
    let telegrams: ReceivedTelegram[] = [];
    let mustRepeat = false;
    let isRepetition = false;
    let heard = false;

    const say = (telegram: Uint8Array, expectation: 'respond' | 'acknowledge', retries = options.retries) =>
      exchange(link, telegram, expectation, answering, { ...options, retries }).pipe(
        map((outcome) => {
          add(tally, outcome);
          if (outcome.kind !== 'failed' || outcome.heard) heard = true;
          return outcome;
        }),
      );
    const failed = (code: ReadoutFailure): Observable<ReadoutOutcome> => {
      needsReset = true;
      return of({ kind: 'failed', code, silent: !heard, counts: { ...tally } });
    };

    function reset(next: () => Observable<ReadoutOutcome>): Observable<ReadoutOutcome> {
      // At FD only a selected meter acknowledges: silence is as good.
      const retries = bySelection ? 0 : options.retries;
      return say(encodeShort(SND_NKE, target), 'acknowledge', retries).pipe(
        concatMap((outcome) => {
          if (isDown(outcome)) return failed('LINK_DOWN');
          frameCount.request2 = frameCount.request1 = true;
          if (!bySelection) mustRepeat = outcome.kind !== 'acknowledged';
          return next();
        }),
      );
    }

    function select(next: () => Observable<ReadoutOutcome>): Observable<ReadoutOutcome> {
      const frame = encodeLong(SND_UD | FCB, selectedAddress, 0x52, secondaryBytes(address.secondary ?? ''));
      return say(frame, 'acknowledge').pipe(
        concatMap((outcome) => {
          if (outcome.kind === 'failed') {
            if (outcome.code === 'TIMEOUT') return failed('NOT_SELECTED');
            return failed(outcome.code);
          }
          frameCount.request2 = frameCount.request1 = true;
          return next();
        }),
      );
    }

    function request(): Observable<ReadoutOutcome> {
      return say(encodeShort(REQ_UD2 | (frameCount.request2 ? FCB : 0), target), 'respond').pipe(
        concatMap((outcome) => {
          if (outcome.kind === 'failed') return failed(outcome.code);
          if (!isRepetition && outcome.kind === 'response' && isLast(telegrams, outcome.frame)) {
            isRepetition = true;
            return request();
          }
          isRepetition = false;
          frameCount.request2 = !frameCount.request2;
          if (outcome.kind === 'acknowledged') return failed('NO_DATA');
          const telegram = decoder.interpret(outcome.frame);
          if (telegram.error !== null && telegram.records.length === 0) return failed(telegram.error);
          const beginsAgain =
            telegram.more && telegrams[0] !== undefined && isLaidOutAlike(telegrams[0].telegram, telegram);
          if (!beginsAgain) telegrams.push({ at: outcome.at, telegram });
          if (telegram.more && !beginsAgain)
            return telegrams.length < maximumTelegrams ? request() : failed('TOO_MANY_TELEGRAMS');
          if (mustRepeat) {
            mustRepeat = false;
            telegrams = [];
            return request();
          }
          // A selection is a reset of its own.
          needsReset = !bySelection && (beginsAgain || telegrams.length > 1);
          const isAlarmed = (outcome.frame.controlField & ACD) !== 0;
          return isAlarmed ? alarm() : of(read());
        }),
      );
    }

    function alarm(): Observable<ReadoutOutcome> {
      // Repeated once: a slave whose answer was lost takes the alarm for fetched and announces it no more.
      const retries = Math.min(1, options.retries);
      return say(encodeShort(REQ_UD1 | (frameCount.request1 ? FCB : 0), target), 'respond', retries).pipe(
        map((outcome) => {
          if (outcome.kind === 'failed') return read();
          frameCount.request1 = !frameCount.request1;
          return outcome.kind === 'response'
            ? read({ at: outcome.at, telegram: decoder.interpret(outcome.frame) })
            : read();
        }),
      );
    }

    const read = (alarmed?: ReceivedTelegram): ReadoutOutcome => ({
      kind: 'read',
      telegrams,
      alarm: alarmed,
      counts: { ...tally },
    });

    if (!bySelection) return defer(() => (needsReset ? reset(request) : request()));
    const deselect = say(encodeShort(SND_NKE, selectedAddress), 'acknowledge', 0).pipe(ignoreElements());
    return defer(() =>
      concat(
        needsReset ? reset(() => select(request)) : select(request),
        defer(() => (link.connected ? deselect : EMPTY)),
      ),
    );
  }

  return {
    readOut,
    forget() {
      needsReset = true;
    },
  };
}

/** The eight bytes of a selection: identification low byte first, the rest as written; what is missing is a wildcard. */
export function secondaryBytes(secondary: string): Uint8Array {
  const digits = secondary.padEnd(16, 'F');
  const bytes = Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16));
  return Uint8Array.from([...bytes.subarray(0, 4).toReversed(), ...bytes.subarray(4, 8)]);
}

function isLast(telegrams: readonly ReceivedTelegram[], { bytes }: LinkFrame): boolean {
  const last = telegrams.at(-1)?.telegram.frame.bytes;
  return last?.length === bytes.length && last.every((byte, at) => byte === bytes[at]);
}

/** The same blocks of data and value information, whatever the values. */
function isLaidOutAlike(a: Telegram, b: Telegram): boolean {
  const [first, second] = [layoutOf(a), layoutOf(b)];
  return first !== '' && first === second;
}

function layoutOf({ records }: Telegram): string {
  return records
    .map(({ bytes, start, dataStart }) => (dataStart > start + 1 ? toHex(bytes, start, dataStart) : ''))
    .join(' ')
    .trim();
}

function isDown(outcome: ExchangeOutcome): boolean {
  return outcome.kind === 'failed' && outcome.code === 'LINK_DOWN';
}

function add(tally: { -readonly [K in keyof ExchangeCounts]: number }, counts: ExchangeCounts): void {
  tally.attempts += counts.attempts;
  tally.timeouts += counts.timeouts;
  tally.frameErrors += counts.frameErrors;
  tally.discardedBytes += counts.discardedBytes;
}
