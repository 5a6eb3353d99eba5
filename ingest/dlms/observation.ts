/**
 * What a push says of its meter, in the terms of a reading. Which register is the index follows from the OBIS code: 1-b:1.8.0, whatever the
 * channel b; a profile may name another. Nothing is guessed: two candidates that differ are undecided, tariff registers are not summed.
 *
 *   index Wh = floor(number sent × scale × multiplier), exact
 */
import { type Outcome, ok, rejected } from '../../domain/errors.ts';
import type { DlmsCode } from './codes.ts';
import { type Decimal, decimalNumber, decimalOf, floorDecimal, multiplyDecimals } from './decimal.ts';
import type { BareLayout } from './push/items.ts';
import type { DlmsPush } from './push/push.ts';
import type { PushNumber } from './push/value.ts';
import { registerLimitWh, type ScaleOverrides } from './scales.ts';

/** How one meter is read, as data. Everything has a default that fits an E450. */
export interface DlmsProfile {
  /** OBIS code of the import index; 0-n:24.2.1 reads the sub-meter n that the E450 relays. */
  readonly index?: string | undefined;
  readonly power?: string | undefined;
  readonly export?: string | undefined;
  /** Ratio of the current transformers; on energy and power. 1 unless given. */
  readonly multiplier?: number | undefined;
  readonly scales?: ScaleOverrides | undefined;
  /** Names of bare values. */
  readonly layout?: BareLayout | undefined;
}

/** The part of a reading that one push holds; pushes of another kind may hold the rest. */
export interface Observation {
  readonly energyImportWh?: number;
  readonly resolutionWh?: number;
  /** Where the index starts again at 0: what its type on the wire can hold. */
  readonly registerLimitWh?: number;
  readonly powerW?: number;
  readonly apparentPowerVa?: number;
  readonly energyExportWh?: number;
  readonly voltageV?: readonly number[];
  readonly currentA?: readonly number[];
  readonly meterClock?: string;
  readonly serial?: string;
}

export function observePush(push: DlmsPush, profile: DlmsProfile = {}): Outcome<Observation, DlmsCode> {
  const multiplier = decimalOf(profile.multiplier ?? 1) ?? { mantissa: 1n, exponent: 0 };
  // What stands beside a sub-meter's index belongs to the meter that relays it.
  const own = profile.index === undefined || profile.index.startsWith('1-');
  const find = (code: string | undefined, pattern: RegExp, unit: string) =>
    candidates(push, code ?? (own ? pattern : undefined), unit);

  const index = candidates(push, profile.index ?? importIndex, 'Wh');
  if (index.length > 1) return rejected('INDEX_UNDECIDED', { candidates: index.length });
  const observation: { -readonly [K in keyof Observation]: Observation[K] } = {};
  if (index[0]) {
    const { amount, step, unsignedBits } = index[0];
    const indexWh = floorDecimal(multiplyDecimals(amount, multiplier));
    if (indexWh < 0n || indexWh > BigInt(Number.MAX_SAFE_INTEGER))
      return rejected('INDEX_OUT_OF_RANGE', { indexWh: String(indexWh) });
    observation.energyImportWh = Number(indexWh);
    observation.resolutionWh = Math.max(1, Math.ceil(decimalNumber(multiplyDecimals(step, multiplier))));
    const limit = unsignedBits === undefined ? undefined : registerLimitWh(unsignedBits, step, multiplier);
    if (limit !== undefined) observation.registerLimitWh = limit;
  }
  const exported = only(find(profile.export, exportIndex, 'Wh'));
  if (exported) observation.energyExportWh = Number(floorDecimal(multiplyDecimals(exported.amount, multiplier)));
  const power = only(find(profile.power, importPower, 'W'));
  if (power) observation.powerW = scaled(power, multiplier);
  const apparent = only(find(undefined, apparentPower, 'VA'));
  if (apparent) observation.apparentPowerVa = scaled(apparent, multiplier);
  const voltageV = own ? phases(push, voltageQuantities, 'V') : [];
  if (voltageV.length > 0) observation.voltageV = voltageV;
  const currentA = own ? phases(push, currentQuantities, 'A') : [];
  if (currentA.length > 0) observation.currentA = currentA;
  if (push.clock && 'local' in push.clock && !push.clock.invalid) observation.meterClock = push.clock.local;
  const serial = own ? serialOf(push) : undefined;
  if (serial !== undefined) observation.serial = serial;
  return ok(observation);
}

/** Numbers of a code in a unit, those that say the same counted once. */
function candidates(push: DlmsPush, code: string | RegExp | undefined, unit: string): PushNumber[] {
  const found = new Map<number, PushNumber>();
  if (code === undefined) return [];
  for (const { obis, attribute, content } of push.values) {
    if (obis === undefined || attribute !== 2 || content.kind !== 'number' || content.unit !== unit) continue;
    if (typeof code === 'string' ? obis === code : code.test(obis)) found.set(decimalNumber(content.amount), content);
  }
  return [...found.values()];
}

function only(found: readonly PushNumber[]): PushNumber | undefined {
  return found.length === 1 ? found[0] : undefined;
}

function scaled({ amount }: PushNumber, multiplier: Decimal): number {
  return decimalNumber(multiplyDecimals(amount, multiplier));
}

/** Values of L1, L2, L3 up to the first that is missing. */
function phases(push: DlmsPush, quantities: readonly number[], unit: string): number[] {
  const values: number[] = [];
  for (const quantity of quantities) {
    const value = only(candidates(push, new RegExp(`^1-\\d+:${quantity}\\.7\\.0$`), unit));
    if (!value) break;
    values.push(decimalNumber(value.amount));
  }
  return values;
}

function serialOf(push: DlmsPush): string | undefined {
  for (const pattern of serialCodes)
    for (const { obis, content } of push.values)
      if (obis !== undefined && content.kind === 'text' && pattern.test(obis)) return content.text;
  return undefined;
}

const importIndex = /^1-\d+:1\.8\.0$/;
const exportIndex = /^1-\d+:2\.8\.0$/;
const importPower = /^1-\d+:1\.7\.0$/;
const apparentPower = /^1-\d+:9\.7\.0$/;
const voltageQuantities = [32, 52, 72];
const currentQuantities = [31, 51, 71];
/** Device identification 1 and 2, logical device name, best first. */
const serialCodes = [/^0-0:96\.1\.0$/, /^0-0:96\.1\.1$/, /^[01]-0:0\.0\.0$/, /^0-0:42\.0\.0$/];
