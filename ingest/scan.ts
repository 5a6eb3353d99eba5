/**
 * Finding the meters of a bus.
 *
 *   primary     for A = first … last:  NKE A → E5 (or noise) → REQ_UD2 A
 *   secondary   select d F F F F F F F for d = 0 … 9, A … E; several answers (collision) → d d F F F F F F …, depth first
 *
 * Digits above 9 are not of the standard, but on buses: 0500023E and 050002E5 are real meters, and they collide down to their last two.
 * Only the eight digits of the identification take wildcards; manufacturer, version and medium stay FF. An E5 alone does not prove that one
 * meter was selected (two may answer in step), so it is read: a broken answer means several, and the search goes a digit deeper.
 */
import { concat, concatMap, defer, EMPTY, from, map, type Observable, of } from 'rxjs';
import { type ExchangeOptions, exchange } from './exchange.ts';
import { FCB, SND_NKE, SND_UD } from './mbus/frame/control-field.ts';
import { encodeLong } from './mbus/frame/long.ts';
import { encodeShort } from './mbus/frame/short.ts';
import { toHex } from './mbus/hex.ts';
import type { Telegram } from './mbus/telegram.ts';
import { createMeterSession, type ReadoutOutcome, secondaryBytes, selectedAddress } from './readout.ts';
import type { ByteLink } from './transport/byte-link.ts';

export interface FoundMeter {
  /** The address it answered at, or the A field of its answer when it was selected. */
  readonly primary: number;
  /** Eight bytes as they are written in `source.secondary`: identification, then manufacturer, version, medium as on the wire. */
  readonly secondary: string | null;
  readonly telegrams: readonly Telegram[];
}

export type ScanEvent =
  /** `share`: how much of the search is done, 0 to 1. */
  | { readonly kind: 'progress'; readonly share: number; readonly asked: string; readonly found: number }
  | { readonly kind: 'found'; readonly meter: FoundMeter }
  /** Somebody answers there who cannot be read: several meters with one address, or a meter without data. */
  | { readonly kind: 'unreadable'; readonly asked: string; readonly code: string }
  /** The connection was lost: the search ended. */
  | { readonly kind: 'link_down'; readonly asked: string };

export interface PrimaryRange {
  /** Default 0 and 250. */
  readonly first?: number | undefined;
  readonly last?: number | undefined;
}

/** Cold; the link must be connected. Ends early when it goes down. */
export function scanPrimary(link: ByteLink, range: PrimaryRange, options: ExchangeOptions): Observable<ScanEvent> {
  const { first = 0, last = 250 } = range;
  return defer(() => {
    let found = 0;
    let isDown = false;
    const addresses = Array.from({ length: last - first + 1 }, (_, position) => first + position);
    return from(addresses).pipe(
      concatMap((address): Observable<ScanEvent> => {
        if (isDown) return EMPTY;
        const progress = defer(() =>
          of<ScanEvent>({
            kind: 'progress',
            share: (address - first + 1) / addresses.length,
            asked: String(address),
            found,
          }),
        );
        const asked = exchange(link, encodeShort(SND_NKE, address), 'acknowledge', address, options).pipe(
          concatMap((outcome): Observable<ScanEvent> => {
            if (outcome.kind === 'failed' && outcome.code === 'LINK_DOWN') {
              isDown = true;
              return of({ kind: 'link_down', asked: String(address) });
            }
            if (outcome.kind === 'failed' && !outcome.heard) return EMPTY;
            return createMeterSession(link, { primary: address })
              .readOut(options)
              .pipe(
                map((readout): ScanEvent => {
                  const meter = foundMeter(readout);
                  if (meter) found += 1;
                  return meter ? { kind: 'found', meter } : unreadable(String(address), readout);
                }),
              );
          }),
        );
        return concat(asked, progress);
      }),
    );
  });
}

/** Cold; the link must be connected. `prefix`: first digits of the identification, to search a part of the tree. */
export function scanSecondary(link: ByteLink, options: ExchangeOptions, prefix = ''): Observable<ScanEvent> {
  return defer(() => {
    const state = { found: 0, isDown: false };
    const deselect = exchange(link, encodeShort(SND_NKE, selectedAddress), 'none', null, options).pipe(
      concatMap(() => EMPTY),
    );
    return concat(deselect, searchBelow(link, options, prefix, { from: 0, width: 1 }, state), deselect);
  });
}

interface Part {
  readonly from: number;
  readonly width: number;
}

/** F is the wildcard. */
const identificationDigits = '0123456789ABCDE';

function searchBelow(
  link: ByteLink,
  options: ExchangeOptions,
  prefix: string,
  part: Part,
  state: { found: number; isDown: boolean },
): Observable<ScanEvent> {
  const width = part.width / identificationDigits.length;
  return from([...identificationDigits].entries()).pipe(
    concatMap(([position, digit]): Observable<ScanEvent> => {
      if (state.isDown) return EMPTY;
      const digits = `${prefix}${digit}`;
      const own = { from: part.from + position * width, width };
      const progress = defer(() =>
        of<ScanEvent>({ kind: 'progress', share: own.from + width, asked: digits.padEnd(8, 'F'), found: state.found }),
      );
      return concat(probe(link, options, digits, own, state), progress);
    }),
  );
}

function probe(
  link: ByteLink,
  options: ExchangeOptions,
  digits: string,
  part: Part,
  state: { found: number; isDown: boolean },
): Observable<ScanEvent> {
  const asked = digits.padEnd(8, 'F');
  const select = encodeLong(SND_UD | FCB, selectedAddress, 0x52, secondaryBytes(asked));
  const deeper = (readout: ReadoutOutcome | string): Observable<ScanEvent> =>
    digits.length < 8 ? searchBelow(link, options, digits, part, state) : of(unreadable(asked, readout));
  return exchange(link, select, 'acknowledge', null, options).pipe(
    concatMap((outcome): Observable<ScanEvent> => {
      if (outcome.kind === 'failed') {
        if (outcome.code === 'LINK_DOWN') {
          state.isDown = true;
          return of({ kind: 'link_down', asked });
        }
        return outcome.heard ? deeper(outcome.code) : EMPTY;
      }
      return createMeterSession(link, { secondary: asked })
        .readOut(options)
        .pipe(
          concatMap((readout): Observable<ScanEvent> => {
            const meter = foundMeter(readout);
            if (!meter) return deeper(readout);
            state.found += 1;
            return of({ kind: 'found', meter });
          }),
        );
    }),
  );
}

function foundMeter(readout: ReadoutOutcome): FoundMeter | null {
  if (readout.kind === 'failed') return null;
  const telegrams = readout.telegrams.map(({ telegram }) => telegram);
  const first = telegrams.find(({ header }) => header !== null && header.id !== '');
  return {
    primary: telegrams[0]?.frame.address ?? 0,
    secondary: first?.header ? first.header.id + wireTail(first) : null,
    telegrams,
  };
}

/** Manufacturer, version, medium of a long header; wildcards for the fixed structure, which has none. */
function wireTail({ frame }: Telegram): string {
  const isVariable = (frame.controlInformation & 0xfb) === 0x72;
  return isVariable ? toHex(frame.bytes, frame.dataStart + 4, frame.dataStart + 8) : '';
}

function unreadable(asked: string, readout: ReadoutOutcome | string): ScanEvent {
  const code = typeof readout === 'string' ? readout : readout.kind === 'failed' ? readout.code : 'READ';
  return { kind: 'unreadable', asked, code };
}
