/** Text in records and plain-text VIF: Latin-1, in mode 1 the last character first. */

/**
 * The text of `length` bytes at `start`, up to its first zero byte: ISO 8859-1 has none, what follows is padding or no text at all.
 * Control characters are given as blanks.
 */
export function readText(bytes: Uint8Array, start: number, length: number): string {
  let text = '';
  for (let at = start + length - 1; at >= start; at--) {
    const code = bytes[at]!;
    if (code === 0) break;
    text += code < 0x20 || code === 0x7f ? ' ' : String.fromCharCode(code);
  }
  return text;
}

/** Latin-1 bytes of a text, last character first. */
export function writeText(text: string): Uint8Array {
  return Uint8Array.from([...text].reverse(), (character) => character.charCodeAt(0) & 0xff);
}
