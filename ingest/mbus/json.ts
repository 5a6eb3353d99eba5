/**
 * Telegrams as one line of JSON each, as the contract of `releve decode` has them. Written by hand: replay prints
 * hundreds of thousands of lines a second, and the part of a record that its meaning decides is printed once only.
 */
import type { Header } from './application/header.ts';
import { formatMoment } from './application/local-moment.ts';
import {
  type DataRecord,
  MANUFACTURER_DATA,
  MORE_RECORDS_FOLLOW,
  type RecordFunction,
  rawHex,
} from './application/record.ts';
import { controlName, FCB } from './frame/control-field.ts';
import type { FrameRejection } from './frame/link-frame.ts';
import { HEX_PAIRS, toHex } from './hex.ts';
import { CI_APPLICATION_ERROR, type Telegram } from './telegram.ts';

/** One JSON object, no line end. A refused frame is `{"error":"FRAME_CHECKSUM","expected":…,"actual":…}`. */
export function telegramJson(telegram: Telegram | FrameRejection): string {
  if (telegram.kind === 'rejected') return rejectionJson(telegram);
  const { frame, header, records } = telegram;
  if (frame.kind === 'ack') return '{"frame":"ack"}';
  let text = FRAME_PREFIXES[frame.kind] + CONTROL_MEMBERS[frame.controlField]! + frame.address;
  if (frame.kind === 'short') return text + '}';
  if (telegram.error !== null) text += `,"error":"${telegram.error}"`;
  if (header !== null) text += headerJson(header);
  else text += `,"controlInformation":"${HEX_PAIRS[frame.controlInformation]}"`;
  if (frame.kind === 'control') return text + '}';
  if (records.length === 0 && (header === null || telegram.error !== null)) {
    if (frame.controlInformation !== CI_APPLICATION_ERROR) text += `,"data":"${dataHex(telegram)}"`;
    else if (frame.dataEnd > frame.dataStart) text += `,"code":${frame.bytes[frame.dataStart]}`;
  }
  text += ',"records":[';
  for (let index = 0; index < records.length; index++) {
    text += recordText(records[index]!, index > 0);
  }
  return text + (telegram.more ? '],"more":true}' : '],"more":false}');
}

/** One record as a JSON object. */
export function recordJson(record: DataRecord): string {
  return recordText(record, false);
}

/** The pieces are few and long on purpose: joining them is most of the work of a line. */
function recordText(record: DataRecord, comma: boolean): string {
  const { value, storage, tariff, subunit, meaning } = record;
  const common = storage < COMMON_STORAGES && tariff < COMMON_TARIFFS && subunit < COMMON_SUBUNITS;
  const head = common
    ? (comma ? NEXT_HEADS : FIRST_HEADS)[record.function][
        (storage * COMMON_TARIFFS + tariff) * COMMON_SUBUNITS + subunit
      ]!
    : headJson(record, comma);
  if (typeof value === 'number') return head + meaning.jsonBeforeValue + value + '}';
  if (record.error !== null) return `${head}${meaning.json},"error":"${record.error}","raw":"${rawHex(record)}"}`;
  if (value === null) {
    const raw = record.quantity === MANUFACTURER_DATA || record.quantity === MORE_RECORDS_FOLLOW;
    return raw ? `${head}${meaning.json},"raw":"${rawHex(record)}"}` : `${head}${meaning.jsonBeforeValue}null}`;
  }
  if (typeof value === 'string') {
    const isCut = record.mantissa === null && value.length !== record.end - record.dataStart;
    return `${head}${meaning.jsonBeforeValue}${JSON.stringify(value)}${isCut ? `,"raw":"${rawHex(record)}"}` : '}'}`;
  }
  const end = value.summerTime ? '","summerTime":true}}' : '"}}';
  return head + meaning.jsonBeforeValue + '{"local":"' + formatMoment(value) + end;
}

function rejectionJson(rejection: FrameRejection): string {
  if (rejection.actual < 0) return `{"error":"${rejection.code}"}`;
  return `{"error":"${rejection.code}","expected":${rejection.expected},"actual":${rejection.actual}}`;
}

function headerJson(header: Header): string {
  if (header.manufacturer === '' && header.id !== '') {
    return `,"header":{"id":"${header.id}","medium":"${header.medium}","accessNumber":${header.accessNumber},"status":${header.status}}`;
  }
  const tail = `"accessNumber":${header.accessNumber},"status":${header.status},"signature":${header.signature}}`;
  if (header.id === '') return `,"header":{${tail}`;
  const manufacturer = JSON.stringify(header.manufacturer);
  return `,"header":{"id":"${header.id}","manufacturer":${manufacturer},"version":${header.version},"medium":"${header.medium}",${tail}`;
}

function dataHex(telegram: Telegram): string {
  const { bytes, dataStart, dataEnd } = telegram.frame;
  return toHex(bytes, dataStart, dataEnd);
}

function headJson(scope: RecordScopeMembers, comma: boolean): string {
  const { storage, tariff, subunit } = scope;
  const start = `${comma ? ',' : ''}{"function":"${scope.function}"`;
  return `${start},"storage":${storage},"tariff":${tariff},"subunit":${subunit},`;
}

type RecordScopeMembers = Pick<DataRecord, 'function' | 'storage' | 'tariff' | 'subunit'>;

/** Scopes that most records have: their text is made once. */
const COMMON_STORAGES = 32;
const COMMON_TARIFFS = 5;
const COMMON_SUBUNITS = 2;

function heads(comma: boolean): Readonly<Record<RecordFunction, readonly string[]>> {
  const list = (name: RecordFunction): readonly string[] =>
    Array.from({ length: COMMON_STORAGES * COMMON_TARIFFS * COMMON_SUBUNITS }, (_, index) => {
      const subunit = index % COMMON_SUBUNITS;
      const rest = Math.floor(index / COMMON_SUBUNITS);
      const tariff = rest % COMMON_TARIFFS;
      const storage = Math.floor(rest / COMMON_TARIFFS);
      return headJson({ function: name, storage, tariff, subunit }, comma);
    });
  return {
    instantaneous: list('instantaneous'),
    maximum: list('maximum'),
    minimum: list('minimum'),
    error: list('error'),
  };
}
const FIRST_HEADS = heads(false);
const NEXT_HEADS = heads(true);

const FRAME_PREFIXES = {
  short: '{"frame":"short",',
  control: '{"frame":"control",',
  long: '{"frame":"long",',
} as const;

/** Control member of each C field, up to the address; the master's frame count bit stands beside the name. */
const CONTROL_MEMBERS: readonly string[] = Array.from({ length: 256 }, (_, field) => {
  const name = controlName(field);
  const counted = name === 'SND_UD' || name === 'REQ_UD1' || name === 'REQ_UD2';
  const slave = name === 'RSP_UD';
  const flags = counted ? `"frameCountBit":${field & FCB ? 1 : 0},` : '';
  const slaveFlags = slave
    ? `${field & 0x20 ? '"accessDemand":true,' : ''}${field & 0x10 ? '"dataFlowControl":true,' : ''}`
    : '';
  return `"control":"${name}",${flags}${slaveFlags}"address":`;
});
