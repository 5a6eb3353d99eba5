/**
 * A push: one whole message of the meter, deciphered, with its values in base units.
 *
 *   DB … general-glo-ciphering ──► 0F … DataNotification ──► items ──► values
 */
import { type Outcome, ok, rejected } from '../../../domain/errors.ts';
import { toHex } from '../../mbus/hex.ts';
import { decodeDateTime, type MeterClock } from '../axdr/date-time.ts';
import {
  type CipherKeys,
  decipher,
  decodeGeneralGloCiphering,
  generalGloCipheringTag,
} from '../ciphering/general-glo-ciphering.ts';
import { systemTitleText } from '../ciphering/system-title.ts';
import type { DlmsCode } from '../codes.ts';
import { dataNotificationTag, decodeDataNotification } from '../notification.ts';
import type { ScaleOverrides } from '../scales.ts';
import { type BareLayout, type PushShape, readPushItems } from './items.ts';
import { evaluateItem, type PushValue } from './value.ts';

export interface PushReadingOptions {
  readonly keys?: CipherKeys | undefined;
  /** Names of the values of a bare push. */
  readonly layout?: BareLayout | undefined;
  readonly scales?: ScaleOverrides | undefined;
}

export interface DlmsPush {
  /** Only ciphered messages name their meter. */
  readonly systemTitle: string | undefined;
  /** Invocation counter of a ciphered message, invoke id of a plain one. */
  readonly invocation: number;
  readonly ciphered: boolean;
  /** A tag was there and is right. */
  readonly authenticated: boolean;
  readonly clock: MeterClock | ClockError | undefined;
  readonly shape: PushShape;
  readonly values: readonly PushValue[];
}

export interface ClockError {
  readonly error: DlmsCode;
  readonly raw: string;
}

/** Reads a whole APDU, ciphered or plain. */
export function readPush(apdu: Uint8Array, options: PushReadingOptions = {}): Outcome<DlmsPush, DlmsCode> {
  if (apdu.length === 0) return rejected('APDU_EMPTY');
  if (apdu[0] === dataNotificationTag) return readNotification(apdu, options, undefined);
  if (apdu[0] !== generalGloCipheringTag) return rejected('APDU_UNSUPPORTED', { tag: apdu[0] });
  const ciphered = decodeGeneralGloCiphering(apdu);
  if (!ciphered.ok) return ciphered;
  const { systemTitle, invocation, next } = ciphered.value;
  const plain = decipher(ciphered.value, options.keys ?? {}, isPlausible);
  const named = { systemTitle: systemTitleText(systemTitle), invocation };
  if (!plain.ok) return rejected(plain.code, { ...named, ...plain.facts });
  const { authenticated } = plain.value;
  if (next !== apdu.length && !authenticated) return rejected('APDU_TRAILING', { ...named, bytes: apdu.length - next });
  const push = readNotification(plain.value.plain, options, { ...named, authenticated });
  return push.ok ? push : rejected(push.code, { ...named, ...push.facts });
}

/** A wrong key gives noise: only a whole notification with a possible date and a structured body is taken for plain text. */
function isPlausible(plain: Uint8Array): boolean {
  const notification = decodeDataNotification(plain);
  if (!notification.ok || notification.value.next !== plain.length) return false;
  const { dateTime, body } = notification.value;
  const clock = dateTime ? decodeDateTime(dateTime) : undefined;
  if (clock && !clock.ok && clock.code === 'DATE_INVALID') return false;
  return body.type === 'structure' || body.type === 'array';
}

interface CipherFacts {
  readonly systemTitle: string;
  readonly invocation: number;
  readonly authenticated: boolean;
}

function readNotification(
  plain: Uint8Array,
  options: PushReadingOptions,
  cipher: CipherFacts | undefined,
): Outcome<DlmsPush, DlmsCode> {
  const notification = decodeDataNotification(plain);
  if (!notification.ok) return notification;
  const { body, dateTime, invokeId, next } = notification.value;
  const authenticated = cipher?.authenticated ?? false;
  if (next !== plain.length && !authenticated) return rejected('APDU_TRAILING', { bytes: plain.length - next });
  const items = readPushItems(body, options.layout);
  if (!items.ok) return items;
  const values = items.value.items.map((item) => evaluateItem(item, options.scales));
  return ok({
    systemTitle: cipher?.systemTitle,
    invocation: cipher?.invocation ?? invokeId,
    ciphered: cipher !== undefined,
    authenticated,
    clock: (dateTime ? readClock(dateTime) : undefined) ?? bodyClock(values),
    shape: items.value.shape,
    values: values.filter((value) => !isLeadingClock(value)),
  });
}

function readClock(bytes: Uint8Array): MeterClock | ClockError {
  const clock = decodeDateTime(bytes);
  return clock.ok ? clock.value : { error: clock.code, raw: toHex(bytes) };
}

/** The clock object among the values, or a date without a code in front of them. */
function bodyClock(values: readonly PushValue[]): MeterClock | undefined {
  const value =
    values.find(isLeadingClock) ?? values.find(({ obis, attribute }) => attribute === 2 && isClockCode(obis));
  return value?.content.kind === 'clock' ? value.content.clock : undefined;
}

function isLeadingClock({ obis, position, content }: PushValue): boolean {
  return obis === undefined && position === 1 && content.kind === 'clock';
}

function isClockCode(obis: string | undefined): boolean {
  return obis !== undefined && /^0-\d+:1\.0\.0$/.test(obis);
}
