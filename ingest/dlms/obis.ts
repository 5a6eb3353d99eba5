/**
 * OBIS codes (IEC 62056-61): six bytes A-B:C.D.E*F. A medium (1 electricity, 0 abstract), B channel, C quantity, D processing,
 * E tariff, F billing period (255: none, left out of the text).
 */

/** A-B:C.D.E, and *F where F is not 255: 1-0:1.8.0. */
export function obisText(bytes: Uint8Array): string {
  const [a, b, c, d, e, f] = bytes;
  return `${a}-${b}:${c}.${d}.${e}${f === 255 ? '' : `*${f}`}`;
}

/** The six numbers of an OBIS text, or undefined. */
export function parseObis(text: string): readonly [number, number, number, number, number, number] | undefined {
  const match = /^(\d{1,3})-(\d{1,3}):(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?:\*(\d{1,3}))?$/.exec(text);
  if (!match) return undefined;
  const [a, b, c, d, e, f] = match.slice(1).map((part) => (part === undefined ? 255 : Number(part)));
  return [a, b, c, d, e, f].every((part) => part! <= 255) ? [a!, b!, c!, d!, e!, f!] : undefined;
}

/** Whether six bytes can be an OBIS code: its medium A is at most 15, which no printable text begins with. */
export function looksLikeObis(bytes: Uint8Array): boolean {
  return bytes.length === 6 && bytes[0]! <= 15;
}
