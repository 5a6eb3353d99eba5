/** Bytes as hexadecimal text and back. Captures are written in many ways: spaces, colons, a 0x in front, a comment. */

/** Two upper-case digits of each byte value. */
export const HEX_PAIRS: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).toUpperCase().padStart(2, '0'),
);

/** Upper-case hex, no separators, of bytes[start, end). */
export function toHex(bytes: Uint8Array, start = 0, end = bytes.length): string {
  let text = '';
  for (let index = start; index < end; index++) text += HEX_PAIRS[bytes[index]!];
  return text;
}

/** The bytes of a line; white space and `-`, `:`, `,` between bytes, a leading `0x`, a byte order mark and a `#` comment are skipped; null when it is not hex. */
export function fromHexLine(line: string): Uint8Array | null {
  const bytes = new Uint8Array((line.length + 1) >> 1);
  let count = 0;
  let high = -1;
  for (let index = startOfText(line); index < line.length; index++) {
    const code = line.charCodeAt(index);
    if (code === HASH) break;
    const digit = code < 128 ? DIGIT_OF_CODE[code]! : NOT_A_DIGIT;
    if (digit < 16) {
      if (high < 0) high = digit;
      else {
        bytes[count++] = high * 16 + digit;
        high = -1;
      }
    } else if (high === 0 && (code === 0x78 || code === 0x58)) high = -1;
    else if (digit === NOT_A_DIGIT || high >= 0) return null;
  }
  return high >= 0 ? null : bytes.subarray(0, count);
}

/** Behind the byte order mark that editors put in front of a file, read as UTF-8 or as Latin-1. */
function startOfText(line: string): number {
  if (line.charCodeAt(0) === 0xfeff) return 1;
  return line.startsWith('\u00ef\u00bb\u00bf') ? 3 : 0;
}

const HASH = 0x23;
const SEPARATOR = 16;
const NOT_A_DIGIT = 17;
const DIGIT_OF_CODE: Uint8Array = Uint8Array.from({ length: 128 }, (_, code) => {
  const character = String.fromCharCode(code);
  if ('0123456789abcdefABCDEF'.includes(character)) return Number.parseInt(character, 16);
  return ' \t\r\n\f\v-:,;'.includes(character) ? SEPARATOR : NOT_A_DIGIT;
});
