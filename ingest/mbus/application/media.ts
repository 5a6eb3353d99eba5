/** Names of the media, or device types, of EN 13757-3:2018, table 6; and of the fixed structure (MBDOC48, 6.6.2). */

export function mediumName(code: number): string {
  return MEDIA[code]!;
}

/** The four bits of a fixed data structure. Mode 2 (A to E) differs in byte order only, not in the medium. */
export function fixedMediumName(code: number): string {
  return FIXED_MEDIA[code & 15]!;
}

const NAMES: Readonly<Record<number, string>> = {
  0: 'other',
  1: 'oil',
  2: 'electricity',
  3: 'gas',
  4: 'heat (outlet)',
  5: 'steam',
  6: 'warm water',
  7: 'water',
  8: 'heat cost allocator',
  9: 'compressed air',
  10: 'cooling (outlet)',
  11: 'cooling (inlet)',
  12: 'heat (inlet)',
  13: 'heat and cooling',
  14: 'bus or system',
  15: 'unknown',
  16: 'irrigation water',
  17: 'water data logger',
  18: 'gas data logger',
  19: 'gas converter',
  20: 'calorific value',
  21: 'hot water',
  22: 'cold water',
  23: 'dual water',
  24: 'pressure',
  25: 'analogue-digital converter',
  26: 'smoke detector',
  27: 'room sensor',
  28: 'gas detector',
  32: 'breaker (electricity)',
  33: 'valve',
  37: 'customer unit',
  40: 'waste water',
  41: 'garbage',
  42: 'carbon dioxide',
  49: 'communication controller',
  50: 'unidirectional repeater',
  51: 'bidirectional repeater',
  54: 'radio converter (system side)',
  55: 'radio converter (meter side)',
  56: 'bus converter (meter side)',
};

const MEDIA: readonly string[] = Array.from({ length: 256 }, (_, code) => NAMES[code] ?? 'reserved');

const FIXED_MEDIA: readonly string[] = [
  ...['other', 'oil', 'electricity', 'gas', 'heat', 'steam', 'hot water', 'water'],
  ...['heat cost allocator', 'reserved', 'gas', 'heat', 'hot water', 'water', 'heat cost allocator', 'reserved'],
];
