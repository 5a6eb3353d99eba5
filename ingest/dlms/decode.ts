/**
 * Captures to JSON, for `releve decode --dlms` and for support.
 *
 * The hex of one capture holds one or several HDLC frames, M-Bus frames, or a bare message (DB, 0F, or E0 blocks, with or without LLC header). Out comes an object a push:
 *
 *   {"frame":"dlms-push","systemTitle":"LGZ677370B177","invocation":1,"clock":{"local":"…"},"values":[…],"authenticated":true}
 *
 * and {"error":CODE, …facts} for what is broken. Harmless findings (noise, a repeated block) stand as `notes` in the push that they
 * accompany. A value without an OBIS code has its `position`; an attribute other than 2 is named.
 */
import { fromHexLine } from '../mbus/hex.ts';
import { blockTransferTag } from './block-transfer/block.ts';
import { generalGloCipheringTag } from './ciphering/general-glo-ciphering.ts';
import type { DlmsCode } from './codes.ts';
import { decimalJson } from './decimal.ts';
import { withoutLlc } from './hdlc/segments.ts';
import { dataNotificationTag } from './notification.ts';
import type { BareLayout } from './push/items.ts';
import type { DlmsPush } from './push/push.ts';
import type { PushValue } from './push/value.ts';
import { createPushReceiver, harmlessCodes, type PushEvent } from './receiver.ts';
import type { ScaleOverrides } from './scales.ts';

export interface DecodeDlmsOptions {
  /** Encryption key (GUEK), 32 hexadecimal digits. */
  readonly key?: string | undefined;
  /** Authentication key (GAK), 32 hexadecimal digits. */
  readonly authKey?: string | undefined;
  /** OBIS codes of a push of bare values. */
  readonly layout?: BareLayout | undefined;
  readonly scales?: ScaleOverrides | undefined;
}

/** The objects of one capture, in the order of its bytes. */
export function decodeDlmsHex(hex: string, options: DecodeDlmsOptions = {}): object[] {
  const bytes = fromHexLine(hex);
  if (!bytes) return [{ error: 'HEX_INVALID' satisfies DlmsCode }];
  if (bytes.length === 0) return [];
  const encryption = options.key === undefined ? undefined : parseKey(options.key);
  const authentication = options.authKey === undefined ? undefined : parseKey(options.authKey);
  if (encryption === null) return [{ error: 'CIPHER_KEY_INVALID' satisfies DlmsCode, key: 'key' }];
  if (authentication === null) return [{ error: 'CIPHER_KEY_INVALID' satisfies DlmsCode, key: 'authKey' }];
  const { layout, scales } = options;
  const receiver = createPushReceiver({ keys: { encryption, authentication }, layout, scales });
  const message = withoutLlc(bytes);
  let events: readonly PushEvent[] = [];
  if (messageTags.has(message[0]!)) events = [...receiver.receiveMessage(message), ...receiver.end()];
  // Noise in front of frames may begin like a message.
  const framed = events.some(({ kind }) => kind === 'push') ? [] : [...receiver.receive(bytes), ...receiver.end()];
  if (events.length === 0 || framed.some(({ kind }) => kind === 'push')) events = framed;
  const nothingFound = events.every((event) => event.kind === 'fault' && event.code === 'NOISE');
  if (nothingFound) return [{ error: 'FRAME_UNKNOWN' satisfies DlmsCode, bytes: bytes.length }];
  return eventObjects(events);
}

/** The 16 bytes of a key, null when the text is no such key. */
export function parseKey(text: string): Uint8Array | null {
  const bytes = fromHexLine(text);
  return bytes?.length === 16 ? bytes : null;
}

/** A push as the command prints it. */
export function pushObject(push: DlmsPush): object {
  const { systemTitle, invocation, clock, values, authenticated } = push;
  return {
    frame: 'dlms-push',
    ...(systemTitle === undefined ? {} : { systemTitle }),
    invocation,
    ...(clock === undefined ? {} : { clock }),
    values: values.map(valueObject),
    authenticated,
  };
}

const messageTags: ReadonlySet<number> = new Set([generalGloCipheringTag, dataNotificationTag, blockTransferTag]);

function eventObjects(events: readonly PushEvent[]): object[] {
  const objects: object[] = [];
  let notes: object[] = [];
  const withNotes = (object: object) => (notes.length > 0 ? { ...object, notes } : object);
  for (const event of events) {
    if (event.kind === 'push') objects.push(withNotes(pushObject(event.push)));
    else {
      const { code, facts, discardedBytes } = event;
      const rest = discardedBytes === undefined ? facts : { ...facts, discardedBytes };
      if (harmlessCodes.has(code)) {
        notes.push({ code, ...rest });
        continue;
      }
      objects.push(withNotes({ error: code, ...rest }));
    }
    notes = [];
  }
  const last = objects.pop();
  return last === undefined ? [] : [...objects, withTrailingNotes(last, notes)];
}

/** What was noted behind the last push still belongs to the capture. */
function withTrailingNotes(object: object, trailing: readonly object[]): object {
  if (trailing.length === 0) return object;
  const before = 'notes' in object && Array.isArray(object.notes) ? object.notes : [];
  return { ...object, notes: [...before, ...trailing] };
}

function valueObject({ obis, attribute, position, content }: PushValue): object {
  const name = {
    ...(obis === undefined ? { position } : { obis }),
    ...(attribute === 2 ? {} : { attribute }),
  };
  switch (content.kind) {
    case 'number':
      return { ...name, value: decimalJson(content.amount), unit: content.unit };
    case 'text':
      return { ...name, value: content.text, unit: '' };
    case 'clock':
      return { ...name, value: content.clock, unit: '' };
    case 'other':
      return { ...name, value: content.json, unit: '' };
    case 'error':
      return { ...name, error: content.code, ...content.facts };
  }
}
