/**
 * The registers of a simulated building as functions of the instant: what each meter's index and power are at t.
 *
 * The general meter counts every tenant, the common areas and the hidden load; each register is floored to Wh by itself, as in
 * real meters. Nothing is stepped: history and the live bus ask the same function and so join without a seam.
 */
import type { Building, Meter } from '../../domain/building.ts';
import { createCalendar } from '../../domain/calendar.ts';
import { commonLoad, type LoadModel, slotMs, tenantLoad } from './load-curve.ts';
import { chance, shuffled } from './random.ts';

export interface SimulationOptions {
  readonly seed: number;
  /** Hidden load in W behind the general meter alone, from `leakFrom` (epoch ms; default: always) on. */
  readonly leakW?: number | undefined;
  readonly leakFrom?: number | undefined;
}

export interface Registers {
  /** What the meter itself shows, before its multiplier: integer Wh. */
  readonly registerWh: number;
  /** The index as it is billed: register × multiplier, floored to integer Wh. */
  readonly energyImportWh: number;
  /** Step of the index in Wh. */
  readonly resolutionWh: number;
  /** Mean of the running 5 minutes, integer W. */
  readonly powerW: number;
}

export interface Simulation {
  readonly building: Building;
  readonly seed: number;
  /** Registers of a meter (configured id) at an instant (epoch ms, not before its installation); RangeError for an unknown meter. */
  registersAt(meter: string, at: number): Registers;
}

const milliPerWh = 1000;

export function createSimulation(building: Building, options: SimulationOptions): Simulation {
  const calendar = createCalendar(building.timezone);
  const { seed, leakW = 0, leakFrom = Number.NEGATIVE_INFINITY } = options;
  const tenants = building.meters.filter((meter) => meter.role === 'tenant');
  const order = shuffled(tenants.length, seed);
  const loads = new Map<string, LoadModel>();
  let meansWh = 0;
  tenants.forEach((meter, position) => {
    const meanWh = meanOf((order[position]! + chance(seed, position, 51)) / tenants.length);
    meansWh += meanWh;
    loads.set(meter.id, tenantLoad({ seed: seedOf(seed, position), meanWh }));
  });
  // Without tenants there is still a stair to light.
  const common = commonLoad({ seed: seedOf(seed, 9999), meanWh: Math.max(500, 0.024 * meansWh) });
  const commonMeters = building.meters.filter((meter) => meter.role === 'common').length;
  const all = [...loads.values(), common];
  const sources = new Map<string, MeterSourceOfTruth>();
  for (const meter of building.meters) {
    const models = meter.role === 'general' ? all : meter.role === 'common' ? [common] : [loads.get(meter.id)!];
    const share = meter.role === 'common' ? 1 / commonMeters : 1;
    sources.set(meter.id, {
      meter,
      models,
      share,
      hiddenW: meter.role === 'general' ? leakW : 0,
      totals: [],
      day: null,
    });
  }
  // The general meter's day is the sum of the others': each model's slots are filled once a day.
  const slotsOfDay = new Map<LoadModel, { day: number; slots: Float64Array }>();

  function slotsOf(model: LoadModel, day: number, count: number): Float64Array {
    const known = slotsOfDay.get(model);
    if (known?.day === day) return known.slots;
    const slots = new Float64Array(count);
    model.fillDay(day, slots, count);
    slotsOfDay.set(model, { day, slots });
    return slots;
  }

  function dayOf(source: MeterSourceOfTruth, at: number): MeterDayTable {
    if (source.day && at >= source.day.start && at < source.day.end) return source.day;
    const window = calendar.windowOf('day', at);
    const day = dayNumber(window.date);
    const count = Math.max(1, Math.round((window.end - window.start) / slotMs));
    const slots = new Float64Array(count);
    for (const model of source.models) {
      const own = slotsOf(model, day, count);
      for (let slot = 0; slot < count; slot += 1) slots[slot] = slots[slot]! + own[slot]!;
    }
    const before = new Float64Array(count);
    let sum = totalBefore(source, day);
    for (let slot = 0; slot < count; slot += 1) {
      before[slot] = sum;
      sum += slots[slot]!;
    }
    source.day = { start: window.start, end: window.end, slots, before };
    return source.day;
  }

  /** Energy in mWh of the days from the installation to this one. */
  function totalBefore(source: MeterSourceOfTruth, day: number): number {
    const first = dayNumber(calendar.dateOf(source.meter.installedAt));
    if (day < first) throw new RangeError(`${source.meter.id} is not yet installed on day ${day}`);
    const totals = source.totals;
    if (totals.length === 0) totals.push(0);
    for (let next = first + totals.length - 1; next < day; next += 1) {
      let sum = totals[totals.length - 1]!;
      for (const model of source.models) sum += model.dayEnergy(next);
      totals.push(sum);
    }
    return totals[day - first]!;
  }

  return {
    building,
    seed,
    registersAt(meter, at) {
      const source = sources.get(meter);
      if (!source) throw new RangeError(`no meter ${meter} in ${building.id}`);
      const table = dayOf(source, at);
      const slot = Math.min(table.slots.length - 1, Math.floor((at - table.start) / slotMs));
      const inSlot = Math.min(1, (at - table.start - slot * slotMs) / slotMs);
      let milliWh = (table.before[slot]! + table.slots[slot]! * inSlot) * source.share;
      let watts = ((table.slots[slot]! / milliPerWh) * 3_600_000) / slotMs;
      watts *= source.share;
      if (source.hiddenW > 0 && at > leakFrom) {
        const since = Math.max(leakFrom, source.meter.installedAt);
        milliWh += (source.hiddenW * (at - since)) / 3600;
        watts += source.hiddenW;
      }
      const { multiplier, registerLimitWh } = source.meter;
      const shownWh = Math.floor(milliWh / milliPerWh / multiplier);
      const registerWh = registerLimitWh === undefined ? shownWh : shownWh % Math.round(registerLimitWh / multiplier);
      return {
        registerWh,
        energyImportWh: Math.floor(registerWh * multiplier),
        resolutionWh: Math.max(1, Math.ceil(multiplier)),
        powerW: Math.round(watts),
      };
    },
  };
}

interface MeterDayTable {
  readonly start: number;
  readonly end: number;
  readonly slots: Float64Array;
  readonly before: Float64Array;
}
interface MeterSourceOfTruth {
  readonly meter: Meter;
  readonly models: readonly LoadModel[];
  readonly share: number;
  readonly hiddenW: number;
  readonly totals: number[];
  day: MeterDayTable | null;
}

/** Mean day of the flat at this quantile, Wh: few small, many middling, few large; 20 of them sum to about 180 kWh. */
function meanOf(quantile: number): number {
  return 4400 + 7600 * quantile + 4600 * quantile ** 4;
}

function seedOf(seed: number, position: number): number {
  return Math.floor(chance(seed, position, 52) * 0x7fffffff);
}

/** Days since 1970-01-01 of a local date. */
function dayNumber(date: string): number {
  return Math.round(Date.parse(`${date}T00:00:00Z`) / 86_400_000);
}
