/**
 * CRC-16/X-25 (ISO/IEC 13239, annex A; IEC 62056-46): polynomial 8408 reflected, start and final exclusive-or FFFF.
 * It stands in the frame least significant byte first. Check value of "123456789": 906E.
 */

export function crc16X25(bytes: Uint8Array, start = 0, end = bytes.length): number {
  let crc = 0xffff;
  for (let index = start; index < end; index++) crc = (crc >>> 8) ^ table[(crc ^ bytes[index]!) & 0xff]!;
  return crc ^ 0xffff;
}

const table = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x8408 : crc >>> 1;
  return crc;
});
