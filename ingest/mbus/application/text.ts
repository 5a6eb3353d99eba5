/** Text in records and plain-text VIF: Latin-1, in mode 1 the last character first. */

/** The text of `length` bytes at `start`; zero bytes at its end are padding, blanks are text. */
export function readText(bytes: Uint8Array, start: number, length: number): string {
  let text = '';
  for (let at = start + length - 1; at >= start; at--) text += String.fromCharCode(bytes[at]!);
  let end = text.length;
  while (end > 0 && text.charCodeAt(end - 1) === 0) end -= 1;
  return end === text.length ? text : text.slice(0, end);
}

/** Latin-1 bytes of a text, last character first. */
export function writeText(text: string): Uint8Array {
  return Uint8Array.from([...text].reverse(), (character) => character.charCodeAt(0) & 0xff);
}
