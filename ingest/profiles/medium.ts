/** Whether a meter counts something else than electricity, by the medium of its header. */
import type { Telegram } from '../mbus/telegram.ts';

/** The medium, in words, of a meter of heat, water, gas …; null for electricity and for what may be electricity (other, bus, unknown). */
export function otherMedium(telegrams: readonly Telegram[]): string | null {
  const header = telegrams.find((telegram) => telegram.header !== null)?.header;
  if (!header) return null;
  const isFixed = telegrams.some(
    ({ header: each, frame }) => each !== null && fixedStructures.has(frame.controlInformation),
  );
  return (isFixed ? otherFixedMedia : otherMedia).has(header.mediumCode) ? header.medium : null;
}

/** Control information of the fixed structure, which has media of its own. */
const fixedStructures: ReadonlySet<number> = new Set([0x73, 0x77]);
/** Oil, gas, heat, steam, hot water, water, heat costs, and those of mode 2. */
const otherFixedMedia: ReadonlySet<number> = new Set([1, 3, 4, 5, 6, 7, 8, 10, 11, 12, 13, 14]);
/** Media that count no electricity: gas, heat, steam, hot water, water, heat costs, air, cooling … */
const otherMedia: ReadonlySet<number> = new Set([
  0x01, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08, 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x15, 0x16, 0x17, 0x28,
]);
