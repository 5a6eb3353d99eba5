/**
 * The pushes of a simulated Landis+Gyr E450: values in, bytes on the line out, in the three body shapes, plain or ciphered, in HDLC
 * (with block transfer when long) or M-Bus frames.
 */
import { createCipheriv } from 'node:crypto';
import {
  encodeArray,
  encodeDateTime,
  encodeEnum,
  encodeInteger,
  encodeLength,
  encodeObis,
  encodeOctets,
  encodeStructure,
  type IntegerWidth,
  type SimulatedClock,
} from './e450-axdr.ts';
import { encodeHdlcMessage, encodeMbusMessage } from './e450-frames.ts';

export interface E450Value {
  readonly obis: string;
  /** A number as sent (before any scale), or text, sent as an octet-string. */
  readonly value: number | bigint | string;
  /** Width of a number; unsigned 32 bits unless given. */
  readonly width?: IntegerWidth;
  /** COSEM class for the list shape: 3 register unless given. */
  readonly classId?: number;
  /** Sent behind the value in the flat shape; the E450 sends none, others of the family do. */
  readonly scalerUnit?: { readonly scaler: number; readonly unit: number };
}

export interface E450Cipher {
  /** 8 bytes, LGZ and five more. */
  readonly systemTitle: Uint8Array;
  readonly key: Uint8Array;
  /** With it the message has a tag (security control 30), without it none (20). */
  readonly authKey?: Uint8Array;
}

export interface E450Push {
  readonly shape: 'list' | 'flat' | 'bare';
  readonly framing: 'hdlc' | 'mbus' | 'none';
  readonly values: readonly E450Value[];
  readonly clock?: SimulatedClock;
  /** Invocation counter of a ciphered push, invoke id of a plain one. */
  readonly invocation: number;
  readonly cipher?: E450Cipher;
  /** Bytes in a transfer block, or in an M-Bus segment. */
  readonly blockBytes?: number;
}

/** The bytes of one push on the line. */
export function encodeE450Push(push: E450Push): Uint8Array {
  return Uint8Array.from(Buffer.concat(encodeE450Frames(push)));
}

/** The same, a frame an element. */
export function encodeE450Frames(push: E450Push): Uint8Array[] {
  const apdu = encodeE450Apdu(push);
  if (push.framing === 'none') return [apdu];
  return push.framing === 'hdlc' ? encodeHdlcMessage(apdu, push.blockBytes) : encodeMbusMessage(apdu, push.blockBytes);
}

/** The message without frames: 0F…, or DB… when ciphered. */
export function encodeE450Apdu(push: E450Push): Uint8Array {
  const plain = encodeNotification(push.invocation, push.clock, encodeBody(push));
  return push.cipher ? encipher(plain, push.cipher, push.invocation) : plain;
}

/** A data notification around any body. */
export function encodeNotification(
  invokeId: number,
  clock: SimulatedClock | undefined,
  body: readonly number[],
): Uint8Array {
  const invoke = [invokeId >>> 24, invokeId >>> 16, invokeId >>> 8, invokeId].map((byte) => byte & 0xff);
  return Uint8Array.from([0x0f, ...invoke, ...(clock ? [0x0c, ...encodeDateTime(clock)] : [0x00]), ...body]);
}

/** general-glo-ciphering, suite 0. */
export function encipher(plain: Uint8Array, { systemTitle, key, authKey }: E450Cipher, invocation: number): Uint8Array {
  const counter = Buffer.alloc(4);
  counter.writeUInt32BE(invocation);
  const securityControl = authKey ? 0x30 : 0x20;
  const gcm = createCipheriv('aes-128-gcm', key, Buffer.concat([systemTitle, counter]), { authTagLength: 12 });
  gcm.setAAD(Buffer.concat([Uint8Array.of(securityControl), authKey ?? new Uint8Array(0)]));
  const content = Buffer.concat([gcm.update(plain), gcm.final()]);
  const secured = [securityControl, ...counter, ...content, ...(authKey ? gcm.getAuthTag() : [])];
  return Uint8Array.from([0xdb, systemTitle.length, ...systemTitle, ...encodeLength(secured.length), ...secured]);
}

function encodeBody({ shape, values, clock }: E450Push): number[] {
  switch (shape) {
    case 'bare':
      return encodeStructure(values.map(encodeValue));
    case 'flat': {
      const leading = clock ? [encodeOctets(encodeDateTime(clock))] : [];
      return encodeStructure([...leading, ...values.flatMap(encodePair)]);
    }
    case 'list': {
      const self = encodeObject(40, '0-8:25.9.0', 2);
      const objects = values.map(({ obis, classId, value }) =>
        encodeObject(classId ?? (typeof value === 'string' ? 1 : 3), obis, 2),
      );
      return encodeStructure([encodeArray([self, ...objects]), ...values.map(encodeValue)]);
    }
  }
}

function encodePair(value: E450Value): number[][] {
  const { scalerUnit } = value;
  const scale = scalerUnit
    ? [encodeStructure([encodeInteger(scalerUnit.scaler, -8), encodeEnum(scalerUnit.unit)])]
    : [];
  return [encodeOctets(encodeObis(value.obis)), encodeValue(value), ...scale];
}

function encodeValue({ value, width = 32 }: E450Value): number[] {
  return typeof value === 'string' ? encodeOctets(Buffer.from(value, 'latin1')) : encodeInteger(value, width);
}

function encodeObject(classId: number, obis: string, attribute: number): number[] {
  return encodeStructure([
    encodeInteger(classId, 16),
    encodeOctets(encodeObis(obis)),
    encodeInteger(attribute, -8),
    encodeInteger(0, 16),
  ]);
}
