/** Names of the media, or device types, of EN 13757-3:2018, table 6; and of the fixed structure (MBDOC48, 6.6.2). */

export function mediumName(code: number): string {
  return MEDIA[code]!;
}

/** The four bits of a fixed data structure. Mode 2 (A to E) differs in byte order only, not in the medium. */
export function fixedMediumName(code: number): string {
  return FIXED_MEDIA[code & 15]!;
}

const NAMES: ReadonlyMap<number, string> = new Map([
  [0x00, 'other'],
  [0x01, 'oil'],
  [0x02, 'electricity'],
  [0x03, 'gas'],
  [0x04, 'heat (outlet)'],
  [0x05, 'steam'],
  [0x06, 'warm water'],
  [0x07, 'water'],
  [0x08, 'heat cost allocator'],
  [0x09, 'compressed air'],
  [0x0a, 'cooling (outlet)'],
  [0x0b, 'cooling (inlet)'],
  [0x0c, 'heat (inlet)'],
  [0x0d, 'heat and cooling'],
  [0x0e, 'bus or system'],
  [0x0f, 'unknown'],
  [0x10, 'irrigation water'],
  [0x11, 'water data logger'],
  [0x12, 'gas data logger'],
  [0x13, 'gas converter'],
  [0x14, 'calorific value'],
  [0x15, 'hot water'],
  [0x16, 'cold water'],
  [0x17, 'dual water'],
  [0x18, 'pressure'],
  [0x19, 'analogue-digital converter'],
  [0x1a, 'smoke detector'],
  [0x1b, 'room sensor'],
  [0x1c, 'gas detector'],
  [0x20, 'breaker (electricity)'],
  [0x21, 'valve'],
  [0x25, 'customer unit'],
  [0x28, 'waste water'],
  [0x29, 'garbage'],
  [0x2a, 'carbon dioxide'],
  [0x31, 'communication controller'],
  [0x32, 'unidirectional repeater'],
  [0x33, 'bidirectional repeater'],
  [0x36, 'radio converter (system side)'],
  [0x37, 'radio converter (meter side)'],
  [0x38, 'bus converter (meter side)'],
]);

const MEDIA: readonly string[] = Array.from({ length: 256 }, (_, code) => NAMES.get(code) ?? 'reserved');

const FIXED_MEDIA: readonly string[] = [
  ...['other', 'oil', 'electricity', 'gas', 'heat', 'steam', 'hot water', 'water'],
  ...['heat cost allocator', 'reserved', 'gas', 'heat', 'hot water', 'water', 'heat cost allocator', 'reserved'],
];
