/**
 * A system title as text: 3 letters of the manufacturer (FLAG association), then 5 bytes whose meaning is the manufacturer's.
 * So the letters are given as letters and the rest as hexadecimal: 4C475A 677370B177 → LGZ677370B177. Where the three bytes are no
 * capital letters, all is hexadecimal.
 */
import { toHex } from '../../mbus/hex.ts';

export function systemTitleText(title: Uint8Array): string {
  const manufacturer = String.fromCharCode(...title.subarray(0, 3));
  return /^[A-Z]{3}$/.test(manufacturer) ? manufacturer + toHex(title.subarray(3)) : toHex(title);
}
