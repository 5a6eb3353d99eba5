/**
 * The price slots of a window: which slot (heures pleines, heures creuses) holds when, by the wall clock of the building.
 *
 *     22:00 ──────── HC ──────── 06:00 ──────── HP ──────── 22:00       across midnight: one segment
 *     29 March   02:00 → 03:00 skipped: HC lasts 7 h                    25 October   02:00-03:00 twice: HC lasts 9 h
 *
 * Each instant is in the slot that its local time of day says, so the repeated hour is judged twice by the same clock. A tariff holds from
 * its instant to the next one's; before the first there is no price and no segment. Neighbours of one slot and tariff are one segment.
 */
import type { PriceSlot, Tariff } from '../../domain/building.ts';
import type { Calendar, OffsetSpan } from '../../domain/calendar.ts';

export interface SlotSegment {
  /** Epoch ms `[start, end)`. */
  readonly start: number;
  readonly end: number;
  readonly slot: string;
  readonly centsPerKwh: number;
  /** `from` of the tariff: a slot's name and this tell one price apart from another. */
  readonly tariffFrom: number;
}

/** In order, not overlapping; they cover the window from the first tariff on. */
export function slotSegments(
  window: { readonly start: number; readonly end: number },
  tariffs: readonly Tariff[],
  calendar: Pick<Calendar, 'offsetAt'>,
): SlotSegment[] {
  const pieces = constantOffsets(window.start, window.end, calendar);
  return tariffSpans(window, tariffs).flatMap(({ start, end, tariff }) => {
    const segments: SlotSegment[] = [];
    for (const piece of pieces) {
      const from = Math.max(start, piece.start);
      const to = Math.min(end, piece.end);
      if (from < to) appendSegments(segments, from, to, piece.offsetMs, tariff);
    }
    return segments;
  });
}

/** The tariff in force at an instant; of two from the same instant the later in the list. */
export function tariffAt(tariffs: readonly Tariff[], at: number): Tariff | undefined {
  return tariffs.reduce<Tariff | undefined>(
    (latest, tariff) => (tariff.from <= at && (!latest || tariff.from >= latest.from) ? tariff : latest),
    undefined,
  );
}

function tariffSpans(
  window: { readonly start: number; readonly end: number },
  tariffs: readonly Tariff[],
): { start: number; end: number; tariff: Tariff }[] {
  const inside = tariffs.map(({ from }) => from).filter((from) => from > window.start && from < window.end);
  const cuts = [window.start, ...[...new Set(inside)].sort((a, b) => a - b), window.end];
  return cuts.slice(0, -1).flatMap((start, i) => {
    const tariff = tariffAt(tariffs, start);
    return tariff ? [{ start, end: cuts[i + 1]!, tariff }] : [];
  });
}

/** Walks `[from, to)`, during which local time is UTC + offset, from one slot limit to the next. */
function appendSegments(segments: SlotSegment[], from: number, to: number, offsetMs: number, tariff: Tariff): void {
  const limits = slotLimits(tariff.slots);
  for (let at = from; at < to; ) {
    const timeOfDayMs = modulo(at + offsetMs, dayMs);
    const limitMs = limits.find((limit) => limit > timeOfDayMs) ?? dayMs;
    const end = Math.min(to, at + limitMs - timeOfDayMs);
    const slot = tariff.slots.find((candidate) => holdsAt(candidate, timeOfDayMs));
    const last = segments.at(-1);
    if (slot && last && last.end === at && last.slot === slot.name) segments[segments.length - 1] = { ...last, end };
    else if (slot)
      segments.push({ start: at, end, slot: slot.name, centsPerKwh: slot.centsPerKwh, tariffFrom: tariff.from });
    at = end;
  }
}

/** Hours that begin and end at the same minute are the whole day. */
function holdsAt(slot: PriceSlot, timeOfDayMs: number): boolean {
  return slot.hours.some(({ fromMinute, toMinute }) => {
    const from = fromMinute * minuteMs;
    const to = toMinute * minuteMs;
    if (from < to) return timeOfDayMs >= from && timeOfDayMs < to;
    return timeOfDayMs >= from || timeOfDayMs < to;
  });
}

function slotLimits(slots: readonly PriceSlot[]): number[] {
  const minutes = slots.flatMap(({ hours }) => hours.flatMap(({ fromMinute, toMinute }) => [fromMinute, toMinute]));
  return [...new Set(minutes)].sort((a, b) => a - b).map((minute) => minute * minuteMs);
}

function constantOffsets(start: number, end: number, { offsetAt }: Pick<Calendar, 'offsetAt'>): OffsetSpan[] {
  const pieces: OffsetSpan[] = [];
  for (let at = start; at < end; ) {
    const { end: change, offsetMs } = offsetAt(at);
    const until = Math.min(end, change);
    pieces.push({ start: at, end: until, offsetMs });
    at = until;
  }
  return pieces;
}

function modulo(value: number, divisor: number): number {
  return ((value % divisor) + divisor) % divisor;
}

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
