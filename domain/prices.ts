/** Price slots as people write them, and whether they give every minute of a local day one price. */
import type { PriceSlot } from './building.ts';

const minutesOfDay = 1440;

/** `22:00-06:00`: local minutes `[from, to)`; null where it is none. */
export function parseHours(text: string): { fromMinute: number; toMinute: number } | null {
  const match = /^([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|24:00)$/.exec(text);
  if (!match) return null;
  const [, fromHour, fromMinute, toHour, toMinute] = match;
  return {
    fromMinute: Number(fromHour) * 60 + Number(fromMinute),
    toMinute: toHour === undefined ? minutesOfDay : Number(toHour) * 60 + Number(toMinute),
  };
}

/** Hours that begin and end at the same minute are the whole day. Empty: every minute has one price. */
export function priceProblems(slots: readonly Pick<PriceSlot, 'hours'>[]): string[] {
  const prices = new Uint16Array(minutesOfDay);
  for (const { fromMinute, toMinute } of slots.flatMap((slot) => slot.hours)) {
    const length = toMinute > fromMinute ? toMinute - fromMinute : toMinute - fromMinute + minutesOfDay;
    for (let passed = 0; passed < length; passed++) {
      const minute = (fromMinute + passed) % minutesOfDay;
      prices[minute] = (prices[minute] as number) + 1;
    }
  }
  const problems: string[] = [];
  if (prices.includes(0)) problems.push('some hours of the day have no price');
  if (prices.some((count) => count > 1)) problems.push('some hours of the day have two prices');
  return problems;
}
