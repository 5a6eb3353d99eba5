/**
 * Telegrams as one line of JSON each, as the contract of `releve decode` has them. Written by hand: replay prints
 * hundreds of thousands of lines a second, and the part of a record that its meaning decides is printed once only.
 */
import type { Header } from './application/header.ts';
import { formatMoment } from './application/local-moment.ts';
import { type DataRecord, MANUFACTURER_DATA, MORE_RECORDS_FOLLOW, rawHex } from './application/record.ts';
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
    text += index === 0 ? recordJson(records[0]!) : ',' + recordJson(records[index]!);
  }
  return text + (telegram.more ? '],"more":true}' : '],"more":false}');
}

/** One record as a JSON object. */
export function recordJson(record: DataRecord): string {
  const { value, storage, tariff, subunit, meaning } = record;
  const scope = storage < 4 && tariff < 4 && subunit === 0 ? SCOPES[storage * 4 + tariff]! : scopeJson(record);
  const text = FUNCTION_MEMBERS[record.function] + scope + meaning.json;
  if (record.error !== null) return `${text},"error":"${record.error}","raw":"${rawHex(record)}"}`;
  if (typeof value === 'number') return text + ',"value":' + value + '}';
  if (value === null) {
    const raw = record.quantity === MANUFACTURER_DATA || record.quantity === MORE_RECORDS_FOLLOW;
    return raw ? `${text},"raw":"${rawHex(record)}"}` : text + ',"value":null}';
  }
  if (typeof value === 'string') return text + ',"value":' + JSON.stringify(value) + '}';
  const summerTime = value.summerTime ? ',"summerTime":true' : '';
  return `${text},"value":{"local":"${formatMoment(value)}"${summerTime}}}`;
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

function scopeJson(record: { readonly storage: number; readonly tariff: number; readonly subunit: number }): string {
  return `"storage":${record.storage},"tariff":${record.tariff},"subunit":${record.subunit},`;
}

const SCOPES: readonly string[] = Array.from({ length: 16 }, (_, index) =>
  scopeJson({ storage: index >> 2, tariff: index & 3, subunit: 0 }),
);

const FUNCTION_MEMBERS = {
  instantaneous: '{"function":"instantaneous",',
  maximum: '{"function":"maximum",',
  minimum: '{"function":"minimum",',
  error: '{"function":"error",',
} as const;

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
