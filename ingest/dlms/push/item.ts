/** One value of a push, before units: what the list says of it, and the data. */
import type { CosemData } from '../axdr/cosem-data.ts';

export interface PushItem {
  /** OBIS text; undefined when the push is bare and no layout names it. */
  readonly obis: string | undefined;
  /** Attribute of the object: 2 is the value, 1 the logical name, 3 scaler and unit of a register. */
  readonly attribute: number;
  /** Class of the object, where the list names it. */
  readonly classId?: number;
  /** Place in the body, from 1. */
  readonly position: number;
  readonly data: CosemData;
  /** Scaler and unit that came with the value. */
  readonly scalerUnit?: ScalerUnit;
}

export interface ScalerUnit {
  readonly scaler: number;
  /** Of the COSEM unit enumeration. */
  readonly unit: number;
}

/** Structure of an 8-bit integer and an enumeration, which is how COSEM writes scaler and unit. */
export function readScalerUnit(data: CosemData | undefined): ScalerUnit | undefined {
  if (data?.type !== 'structure' || data.members.length !== 2) return undefined;
  return readScalerUnitPair(data.members[0], data.members[1]);
}

export function readScalerUnitPair(scaler: CosemData | undefined, unit: CosemData | undefined): ScalerUnit | undefined {
  if (scaler?.type !== 'integer' || scaler.width !== 8 || !scaler.signed || unit?.type !== 'enum') return undefined;
  return { scaler: Number(scaler.value), unit: unit.value };
}
