/** One meter's local day from its accepted curve: consumption, quality, power, counts, flags. */
import type { Building, Meter, Tariff } from '../../domain/building.ts';
import type { Calendar } from '../../domain/calendar.ts';
import type { MeterDay } from '../../domain/results.ts';
import type { BoundaryQuality, TimeWindow, WindowFlag, WindowStatus } from '../../domain/window.ts';
import { classOf } from '../analysis/classes.ts';
import type { Curve } from './curve.ts';
import { fillSlots, greatestDemand, nightFloor, powerOf, slotMs } from './power.ts';
import type { ReadingColumns } from './readings.ts';
import { addSlotEnergies, energyBySlotName, slotNames } from './slots.ts';
import { type Validation, verdicts } from './validate.ts';

export interface MeterDayInput {
  readonly building: Building;
  readonly meter: Meter;
  readonly calendar: Calendar;
  readonly day: TimeWindow;
  readonly now: number;
  readonly curve: Curve;
  readonly readings: ReadingColumns;
  readonly validation: Validation;
  /** Receives the day's 10-minute energies (Wh, NaN where unknown). */
  readonly slots: Float64Array;
}

export interface MeterDayOutput {
  readonly result: MeterDay;
  readonly maxVa: number | null;
  readonly maxVaAt: number | null;
  readonly slotCount: number;
  readonly resolutionWh: number;
}

export function meterDay(input: MeterDayInput): MeterDayOutput {
  const { building, meter, calendar, day, now, curve, slots } = input;
  const energy = curve.window(day.start, day.end);
  const power = powerOf(curve, day.start, day.end);
  const slotCount = fillSlots(curve, day.start, day.end, slots);
  const demand = greatestDemand(slots, slotCount, day.start);
  const night = nightSlots(calendar, day);
  const counts = countVerdicts(input);
  const flags: WindowFlag[] = energy.startQuality === 'none' || energy.endQuality === 'none' ? ['partial'] : [];
  if (curve.overlapsBreak(day.start, day.end)) flags.push('replaced');
  if (counts.glitches > 0) flags.push('glitch');
  if (counts.conflicts > 0) flags.push('conflict');
  const result: MeterDay = {
    v: 1,
    kind: 'meter_day',
    building: building.id,
    revision: 0,
    meter: meter.id,
    role: meter.role,
    lot: meter.lot,
    date: day.date,
    start: day.start,
    end: day.end,
    energyWh: energy.energyWh,
    powerMaxW: power.maxW ?? demand.demandW,
    powerMaxAt: power.maxW === null ? demand.at : power.maxAt,
    powerMeanW: power.meanW,
    demandMaxW: demand.demandW,
    nightFloorW: meter.role === 'common' ? null : nightFloor(slots, night.from, night.to, power.resolutionWh),
    readings: power.readings,
    class:
      meter.role === 'tenant' && energy.energyWh !== null
        ? classOf(energy.energyWh, building.thresholds.classesKwh)
        : null,
    activity: power.readings > 0 ? 'actif' : 'inactif',
    status: statusOf(day.end, building.latenessMs, now, energy.startQuality, energy.endQuality),
    flags,
    startQuality: energy.startQuality,
    endQuality: energy.endQuality,
    estimatedWh: energy.estimatedWh,
    glitches: counts.glitches,
    conflicts: counts.conflicts,
    slotsWh: energyBySlotName(
      daySlots(curve, day, building.tariffs, calendar),
      slotNames(building.tariffs, day.start, day.end),
    ),
  };
  return { result, maxVa: power.maxVa, maxVaAt: power.maxVaAt, slotCount, resolutionWh: power.resolutionWh };
}

/** `final`: complete, and end + lateness has passed. */
export function statusOf(
  end: number,
  latenessMs: number,
  now: number,
  startQuality: BoundaryQuality,
  endQuality: BoundaryQuality,
): WindowStatus {
  if (now < end) return 'open';
  return startQuality !== 'none' && endQuality !== 'none' && now >= end + latenessMs ? 'final' : 'provisional';
}

/** The 10-minute slots between 01:00 and 05:00 local: `[from, to)`. */
export function nightSlots(calendar: Calendar, day: TimeWindow): { from: number; to: number } {
  return {
    from: Math.ceil((calendar.localTime(day.date, 1, 0) - day.start) / slotMs),
    to: Math.floor((calendar.localTime(day.date, 5, 0) - day.start) / slotMs),
  };
}

function daySlots(
  curve: Curve,
  day: TimeWindow,
  tariffs: readonly Tariff[],
  calendar: Calendar,
): Record<string, number> {
  const slots: Record<string, number> = {};
  if (tariffs.length > 0) addSlotEnergies(curve, day.start, day.end, tariffs, calendar, slots);
  return slots;
}

function countVerdicts({ readings, day, validation }: MeterDayInput): { glitches: number; conflicts: number } {
  const counts = { glitches: 0, conflicts: 0 };
  if (validation.glitches === 0 && validation.conflicts === 0) return counts;
  const to = readings.countBefore(day.end);
  for (let k = readings.countBefore(day.start); k < to; k++) {
    if (validation.verdict[k] === verdicts.glitch) counts.glitches++;
    else if (validation.verdict[k] === verdicts.conflict) counts.conflicts++;
  }
  return counts;
}
