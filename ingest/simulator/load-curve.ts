/**
 * What a flat, or the common areas, draw: the energy of a day first, then its shape in slots of 5 minutes.
 *
 * Energy of day d: mean × season × weekday × chance, between 2.05 and 23.8 kWh; days away: the standing load and little else.
 * Shape: standing load (standby, fridge cycles) + the rest spread over morning, noon and evening with appliances.
 * Every number follows from (seed, meter, day, slot): no state, any day in any order, in milliwatt-hours.
 */
import { chance } from './random.ts';

export const slotMs = 300_000;
/** Slots of an ordinary day. */
const slotsPerDay = 288;

export interface LoadModel {
  /** Chooses the numbers; differs from meter to meter. */
  readonly seed: number;
  /** Energy of a civil day (days since 1970-01-01) in mWh. */
  dayEnergy(day: number): number;
  /** Adds to `into[k]` the energy in mWh that slot k of the day takes; `slots` is 276, 288 or 300. */
  fillDay(day: number, into: Float64Array, slots: number): void;
}

export interface TenantCharacter {
  readonly seed: number;
  /** Mean energy of a day in Wh. */
  readonly meanWh: number;
}

export function tenantLoad({ seed, meanWh }: TenantCharacter): LoadModel {
  const standbyW = 22 + 18 * chance(seed, 1);
  const fridgePhase = Math.floor(9 * chance(seed, 2));
  const morningHour = 6.3 + 1.8 * chance(seed, 3);
  const eveningHour = 18.7 + 2 * chance(seed, 4);
  const atHome = chance(seed, 5) < 0.35;

  const dayEnergy = (day: number): number => {
    if (isAway(seed, day)) return Math.round(1000 * (2060 + 340 * chance(seed, day, 11)));
    const weekend = isWeekend(day) ? 1.12 : 0.96;
    const spread = 0.82 + 0.36 * chance(seed, day, 12);
    const guests = chance(seed, day, 13) < 0.03 ? 1.25 : 1;
    return Math.round(1000 * clamp(meanWh * season(day) * weekend * spread * guests, 2050, 23_800));
  };

  return {
    seed,
    dayEnergy,
    fillDay(day, into, slots) {
      const away = isAway(seed, day);
      const weekend = isWeekend(day);
      const standing = new Float64Array(slots);
      const weights = new Float64Array(slots);
      let standingSum = 0;
      let weightSum = 0;
      for (let slot = 0; slot < slots; slot += 1) {
        const hour = localHour(slot, slots);
        // Compressor on for three slots of nine.
        const fridgeW = (day * slotsPerDay + slot + fridgePhase) % 9 < 3 ? 105 : 3;
        standing[slot] = milliwattHours(standbyW + fridgeW);
        standingSum += standing[slot]!;
        weights[slot] = away
          ? 1
          : presence(hour, morningHour, eveningHour, weekend || atHome) * (0.55 + 0.9 * chance(seed, day, slot, 21)) +
            appliance(seed, day, slot, hour);
        weightSum += weights[slot]!;
      }
      const variable = dayEnergy(day) - standingSum;
      for (let slot = 0; slot < slots; slot += 1) {
        into[slot] = into[slot]! + standing[slot]! + (variable * weights[slot]!) / weightSum;
      }
    },
  };
}

/** Ventilation and emergency lights all day, stair lights in the dark, lifts in the day. `meanWh` a day. */
export function commonLoad({ seed, meanWh }: TenantCharacter): LoadModel {
  const standingW = (0.45 * meanWh) / 24;
  const dayEnergy = (day: number): number =>
    Math.round(1000 * meanWh * (isWeekend(day) ? 0.95 : 1.02) * (0.96 + 0.08 * chance(seed, day, 31)));
  return {
    seed,
    dayEnergy,
    fillDay(day, into, slots) {
      const weights = new Float64Array(slots);
      let weightSum = 0;
      for (let slot = 0; slot < slots; slot += 1) {
        const hour = localHour(slot, slots);
        const lights = hour < 0.5 || (hour >= 6 && hour < 8) || hour >= 17 ? 1 : 0.05;
        const lift = hour >= 6.5 && hour < 23 ? 2.4 * chance(seed, day, slot, 32) : 0.1 * chance(seed, day, slot, 33);
        weights[slot] = lights + lift;
        weightSum += weights[slot]!;
      }
      const standing = milliwattHours(standingW);
      const variable = dayEnergy(day) - standing * slots;
      for (let slot = 0; slot < slots; slot += 1) {
        into[slot] = into[slot]! + standing + (variable * weights[slot]!) / weightSum;
      }
    },
  };
}

/** Energy of a slot at this power, in mWh. */
function milliwattHours(watts: number): number {
  return (watts * 1000 * slotMs) / 3_600_000;
}

/** Wall-clock hour of a slot; on the days of 23 and 25 hours the clock jumps at the third hour. */
function localHour(slot: number, slots: number): number {
  const elapsed = (slot * slotMs) / 3_600_000;
  return elapsed < 3 ? elapsed : elapsed + (slotsPerDay - slots) / 12;
}

function presence(hour: number, morningHour: number, eveningHour: number, daytime: boolean): number {
  const asleep = hour < 5.5 || hour > 23.3 ? 0.12 : 0.3;
  const noon = daytime ? 0.9 * bell(hour, 12.6, 1.4) + (hour > 9 && hour < 18 ? 0.35 : 0) : 0.15 * bell(hour, 12.6, 1);
  return asleep + bell(hour, morningHour, 0.9) + noon + 1.6 * bell(hour, eveningHour, 1.8);
}

/** Oven, kettle, washing machine: rare slots that weigh several times the rest. */
function appliance(seed: number, day: number, slot: number, hour: number): number {
  if (hour < 6.5 || hour > 22.5) return 0;
  const drawn = chance(seed, day, slot, 22);
  return drawn < 0.05 ? 1.2 + 40 * drawn : 0;
}

function bell(hour: number, centre: number, width: number): number {
  return Math.exp(-(((hour - centre) / width) ** 2) / 2);
}

/** Heating and light: ±10 % about the year, the most at the end of January. */
function season(day: number): number {
  return 1 + 0.1 * Math.cos((2 * Math.PI * (day - 25)) / 365.25);
}

/** One week in twelve holds two to seven days away. */
function isAway(seed: number, day: number): boolean {
  const week = Math.floor(day / 7);
  if (chance(seed, week, 41) >= 1 / 12) return false;
  const first = Math.floor(4 * chance(seed, week, 42));
  const length = 2 + Math.floor(6 * chance(seed, week, 43));
  const inWeek = day - 7 * week;
  return inWeek >= first && inWeek < first + length;
}

/** 1970-01-01 was a Thursday. */
function isWeekend(day: number): boolean {
  const weekday = (day + 3) % 7;
  return weekday >= 5;
}

function clamp(value: number, least: number, most: number): number {
  return Math.min(most, Math.max(least, value));
}
