/**
 * The manufacturer in two bytes: three letters of five bits, A = 1 (EN 13757-3:2018, 5.5; the FLAG association's list).
 *
 *   bit 14-10 first letter   9-5 second   4-0 third
 */

/** `SBC` of 0x4C43. Codes outside A to Z give the neighbouring ASCII characters, as everywhere in the field. */
export function manufacturerName(code: number): string {
  return String.fromCharCode(64 + ((code >> 10) & 31), 64 + ((code >> 5) & 31), 64 + (code & 31));
}

/** The code of three letters; anything else is a RangeError. */
export function manufacturerCode(name: string): number {
  let code = 0;
  for (let index = 0; index < 3; index++) {
    const letter = name.charCodeAt(index) - 64;
    if (!(letter >= 0 && letter < 32)) throw new RangeError(`not a manufacturer: ${name}`);
    code = code * 32 + letter;
  }
  return code;
}
