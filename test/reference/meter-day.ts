/** One meter's local day from the whole set of its readings. */
import type { Building, Meter } from '../../domain/building.ts';
import type { NaiveCalendar, NaiveWindow } from './calendar.ts';
import type { Energy } from './energy.ts';
import { priceRuns, slotEnergies } from './slots.ts';

const hourMs = 3_600_000;
const tenMinutesMs = 600_000;

export function statusOf(end: number, lateness: number, now: number, complete: boolean): string {
  if (now < end) return 'open';
  return complete && now >= end + lateness ? 'final' : 'provisional';
}

/** The fields of a published `meter_day`, but for revision. */
export function meterDay(
  building: Building,
  calendar: NaiveCalendar,
  meter: Meter,
  energy: Energy,
  day: NaiveWindow,
  now: number,
): Record<string, unknown> {
  const facts = energy.window(day.start, day.end);
  const used = energy.readings('used', day.start, day.end);
  const glitches = energy.readings('glitch', day.start, day.end).length;
  const conflicts = energy.readings('conflict', day.start, day.end).length;
  const flags: string[] = [];
  if (facts.startQuality === 'none' || facts.endQuality === 'none') flags.push('partial');
  if (energy.replaced(day.start, day.end)) flags.push('replaced');
  if (glitches > 0) flags.push('glitch');
  if (conflicts > 0) flags.push('conflict');
  const powered = used.filter((r) => r.power !== null);
  const peak = powered.reduce<(typeof powered)[number] | null>(
    (best, r) => (best === null || (r.power as number) > (best.power as number) ? r : best),
    null,
  );
  const demands: { at: number; watts: number }[] = [];
  for (let at = day.start; at + tenMinutesMs <= day.end; at += tenMinutesMs) {
    const wh = energy.measuredWh(at, at + tenMinutesMs);
    if (wh !== null) demands.push({ at, watts: wh * 6 });
  }
  const demand = demands.reduce<(typeof demands)[number] | null>(
    (best, d) => (best === null || d.watts > best.watts ? d : best),
    null,
  );
  const step = Math.max(1, ...used.map((r) => r.resolution));
  return {
    v: 1,
    kind: 'meter_day',
    building: building.id,
    meter: meter.id,
    role: meter.role,
    lot: meter.lot,
    date: day.date,
    start: day.start,
    end: day.end,
    energyWh: facts.energyWh,
    powerMaxW: peak ? peak.power : (demand?.watts ?? null),
    powerMaxAt: peak ? peak.at : (demand?.at ?? null),
    powerMeanW: meanPower(energy, day),
    demandMaxW: demand?.watts ?? null,
    nightFloorW:
      meter.role === 'common' ? null : nightFloor(calendar, day, step, (from, to) => energy.measuredWh(from, to)),
    readings: used.length,
    class: meter.role === 'tenant' && facts.energyWh !== null ? classOf(building, facts.energyWh) : null,
    activity: used.length > 0 ? 'actif' : 'inactif',
    status: statusOf(day.end, building.latenessMs, now, facts.startQuality !== 'none' && facts.endQuality !== 'none'),
    flags,
    startQuality: facts.startQuality,
    endQuality: facts.endQuality,
    estimatedWh: facts.estimatedWh,
    glitches,
    conflicts,
    slotsWh: slotEnergies(energy, priceRuns(calendar, building.tariffs, day.start, day.end)),
  };
}

/** Lowest 60-minute mean of 01:00-05:00 in steps of ten minutes; the whole mean where steps are coarse; null above 400 Wh. */
export function nightFloor(
  calendar: NaiveCalendar,
  day: NaiveWindow,
  stepsWh: number,
  measured: (from: number, to: number) => number | null,
): number | null {
  if (stepsWh > 400) return null;
  const inside: number[] = [];
  for (let at = day.start; at < day.end; at += tenMinutesMs) {
    const minute = calendar.minuteOf(at);
    if (minute >= 60 && minute < 300) inside.push(at);
  }
  const from = inside[0];
  if (from === undefined) return null;
  const to = (inside.at(-1) as number) + tenMinutesMs;
  if (to - from < hourMs) return null;
  const width = stepsWh > 100 ? to - from : hourMs;
  let best: number | null = null;
  for (let at = from; at + width <= to; at += tenMinutesMs) {
    const wh = measured(at, at + width);
    if (wh === null) continue;
    const watts = (wh * hourMs) / width;
    if (best === null || watts < best) best = watts;
  }
  return best;
}

export function classOf(building: Building, wh: number): string {
  const [low, middle, high] = building.thresholds.classesKwh;
  if (wh <= low * 1000) return 'faible';
  if (wh <= middle * 1000) return 'moyen';
  return wh <= high * 1000 ? 'eleve' : 'tres_eleve';
}

/** Trapezoids between neighbouring powers, clipped to the day; energy over time where no two neighbours have a power. */
function meanPower(energy: Energy, day: NaiveWindow): number | null {
  let area = 0;
  let areaMs = 0;
  let wh = 0;
  let whMs = 0;
  for (const { from, to, isBreak } of energy.intervals) {
    if (isBreak || to.at - from.at > energy.maxGapMs) continue;
    const a = Math.max(from.at, day.start);
    const b = Math.min(to.at, day.end);
    if (a >= b) continue;
    const [p, q] = [from.reading?.power ?? null, to.reading?.power ?? null];
    if (p !== null && q !== null) {
      const at = (x: number): number => p + ((q - p) * (x - from.at)) / (to.at - from.at);
      area += ((at(a) + at(b)) / 2) * (b - a);
      areaMs += b - a;
    }
    wh += ((to.index - from.index) * (b - a)) / (to.at - from.at);
    whMs += b - a;
  }
  if (areaMs > 0) return area / areaMs;
  return whMs > 0 ? (wh * hourMs) / whMs : null;
}
