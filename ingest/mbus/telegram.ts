/**
 * A whole telegram: link frame, header, records. The decoder holds the cache of value information blocks and the key,
 * nothing that one telegram leaves to the next: the result depends on the bytes alone.
 */
import { applicationError } from './application/application-error.ts';
import { decodeRecords } from './application/decode-records.ts';
import {
  decryptModeFive,
  encryptionMode,
  isOpened,
  MODE_CBC,
  MODE_NONE,
  meterAddress,
} from './application/encryption.ts';
import { FIXED_LENGTH, readFixed } from './application/fixed.ts';
import {
  type Header,
  LONG_HEADER_LENGTH,
  readLongHeader,
  readShortHeader,
  SHORT_HEADER_LENGTH,
} from './application/header.ts';
import type { DataRecord } from './application/record.ts';
import { MeaningCache } from './application/value-information.ts';
import type { TelegramErrorCode } from './errors.ts';
import { decodeExactFrame } from './frame/exact.ts';
import type { FrameRejection, LinkFrame } from './frame/link-frame.ts';

/** Control information fields (EN 13757-3:2018, table 2). Bit 2 of 72 and 73 means mode 2, high byte first. */
export const CI_DATA_SEND = 0x51;
export const CI_DATA_SEND_MODE_2 = 0x55;
export const CI_APPLICATION_ERROR = 0x70;
export const CI_VARIABLE = 0x72;
export const CI_FIXED = 0x73;
export const CI_VARIABLE_MODE_2 = 0x76;
export const CI_FIXED_MODE_2 = 0x77;
export const CI_NO_HEADER = 0x78;
export const CI_SHORT_HEADER = 0x7a;

/** What the application layer of a sound frame says; records that were read stand beside an error. */
export interface Telegram {
  readonly kind: 'telegram';
  readonly frame: LinkFrame;
  /** Null where the telegram has none (ack, short, control frames, CI 51, 70, 78). */
  readonly header: Header | null;
  readonly records: readonly DataRecord[];
  /** DIF 1F: more telegrams belong to this readout. */
  readonly more: boolean;
  readonly error: TelegramErrorCode | null;
}

export interface TelegramOptions {
  /** AES-128 key of the meter for encryption mode 5. */
  readonly key?: Uint8Array;
  /** For short headers: identification, manufacturer, version, medium, eight bytes as in the long header. */
  readonly address?: Uint8Array;
}

export class TelegramDecoder {
  readonly #cache = new MeaningCache();
  readonly #options: TelegramOptions;

  constructor(options: TelegramOptions = {}) {
    this.#options = options;
  }

  /** Bytes that are exactly one frame. The records refer to `bytes`, which must not change afterwards. */
  decode(bytes: Uint8Array): Telegram | FrameRejection {
    const frame = decodeExactFrame(bytes);
    return frame.kind === 'rejected' ? frame : this.interpret(frame);
  }

  /** The application layer of a frame of the stream decoder. */
  interpret(frame: LinkFrame): Telegram {
    const response = (frame.controlField & PRIMARY_STATION) === 0;
    if (frame.kind !== 'long' && !(frame.kind === 'control' && response)) return bareTelegram(frame, null);
    const { bytes, dataStart, dataEnd } = frame;
    switch (frame.controlInformation) {
      case CI_VARIABLE:
        return this.#variable(frame, false);
      case CI_VARIABLE_MODE_2:
        return this.#variable(frame, true);
      case CI_FIXED:
      case CI_FIXED_MODE_2: {
        if (dataEnd - dataStart !== FIXED_LENGTH) return bareTelegram(frame, 'FIXED_DATA_LENGTH');
        const { header, records } = readFixed(bytes, dataStart, frame.controlInformation === CI_FIXED_MODE_2);
        return { kind: 'telegram', frame, header, records, more: false, error: null };
      }
      case CI_APPLICATION_ERROR:
        return bareTelegram(frame, applicationError(dataEnd > dataStart ? bytes[dataStart] : undefined));
      case CI_SHORT_HEADER:
        return this.#short(frame);
      case CI_NO_HEADER:
      case CI_DATA_SEND:
        return this.#records(frame, null, bytes, dataStart, dataEnd, 0, false);
      case CI_DATA_SEND_MODE_2:
        return this.#records(frame, null, bytes, dataStart, dataEnd, 0, true);
      default:
        // A master's other telegrams (selection, reset, baud rate) carry no records: nothing is wrong with them.
        return bareTelegram(frame, response ? 'CI_UNSUPPORTED' : null);
    }
  }

  #variable(frame: LinkFrame, highByteFirst: boolean): Telegram {
    const { bytes, dataStart, dataEnd } = frame;
    if (dataEnd - dataStart < LONG_HEADER_LENGTH) return bareTelegram(frame, 'HEADER_TRUNCATED');
    const header = readLongHeader(bytes, dataStart, highByteFirst);
    const start = dataStart + LONG_HEADER_LENGTH;
    const mode = encryptionMode(header.signature);
    if (mode === MODE_NONE) {
      return this.#records(frame, header, bytes, start, dataEnd, header.manufacturerCode, highByteFirst);
    }
    return this.#encrypted(frame, header, start, mode, meterAddress(bytes, dataStart, highByteFirst), highByteFirst);
  }

  #short(frame: LinkFrame): Telegram {
    const { bytes, dataStart, dataEnd } = frame;
    if (dataEnd - dataStart < SHORT_HEADER_LENGTH) return bareTelegram(frame, 'HEADER_TRUNCATED');
    const header = readShortHeader(bytes, dataStart);
    const start = dataStart + SHORT_HEADER_LENGTH;
    const mode = encryptionMode(header.signature);
    const { address } = this.#options;
    if (mode !== MODE_NONE) return this.#encrypted(frame, header, start, mode, address, false);
    const manufacturerCode = address === undefined ? 0 : address[4]! | (address[5]! << 8);
    return this.#records(frame, header, bytes, start, dataEnd, manufacturerCode, false);
  }

  #encrypted(
    frame: LinkFrame,
    header: Header,
    start: number,
    mode: number,
    address: Uint8Array | undefined,
    highByteFirst: boolean,
  ): Telegram {
    const { key } = this.#options;
    if (key === undefined && isOpened(frame.bytes, start, frame.dataEnd)) {
      const code = header.manufacturerCode;
      const opened = this.#records(frame, header, frame.bytes, start, frame.dataEnd, code, highByteFirst);
      if (opened.error === null) return opened;
    }
    if (mode !== MODE_CBC) return bareTelegram(frame, 'ENCRYPTION_MODE', header);
    if (key === undefined) return bareTelegram(frame, 'ENCRYPTION_KEY_MISSING', header);
    if (address === undefined) return bareTelegram(frame, 'ENCRYPTION_ADDRESS', header);
    const { signature, accessNumber } = header;
    const plain = decryptModeFive(frame.bytes, start, frame.dataEnd, signature, accessNumber, address, key);
    if (typeof plain === 'string') return bareTelegram(frame, plain, header);
    const manufacturerCode = address[4]! | (address[5]! << 8);
    return this.#records(frame, header, plain, 0, plain.length, manufacturerCode, highByteFirst);
  }

  #records(
    frame: LinkFrame,
    header: Header | null,
    bytes: Uint8Array,
    start: number,
    end: number,
    manufacturerCode: number,
    highByteFirst: boolean,
  ): Telegram {
    const list = decodeRecords(bytes, start, end, this.#cache, manufacturerCode, highByteFirst);
    return { kind: 'telegram', frame, header, records: list.records, more: list.more, error: list.error };
  }
}

function bareTelegram(frame: LinkFrame, error: TelegramErrorCode | null, header: Header | null = null): Telegram {
  return { kind: 'telegram', frame, header, records: NO_RECORDS, more: false, error };
}

const PRIMARY_STATION = 0x40;
const NO_RECORDS: readonly DataRecord[] = [];
