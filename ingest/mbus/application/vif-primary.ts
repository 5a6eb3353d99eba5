/**
 * Primary VIF codes E000 0000 to E111 1011 (EN 13757-3:2018, table 10). Flows per minute and per second are brought to
 * m^3/h, so that one quantity has one unit.
 */
import { buildVifTable, DATE, UNSIGNED } from './vif-table.ts';

export const VIF_PRIMARY = buildVifTable(
  [
    { first: 0x00, count: 8, quantity: 'energy', unit: 'Wh', exponent10: -3 },
    { first: 0x08, count: 8, quantity: 'energy', unit: 'J', exponent10: 0 },
    { first: 0x10, count: 8, quantity: 'volume', unit: 'm^3', exponent10: -6 },
    { first: 0x18, count: 8, quantity: 'mass', unit: 'kg', exponent10: -3 },
    { first: 0x28, count: 8, quantity: 'power', unit: 'W', exponent10: -3 },
    { first: 0x30, count: 8, quantity: 'power', unit: 'J/h', exponent10: 0 },
    { first: 0x38, count: 8, quantity: 'volume flow', unit: 'm^3/h', exponent10: -6 },
    { first: 0x40, count: 8, quantity: 'volume flow', unit: 'm^3/h', exponent10: -7, multiplier: 60 },
    { first: 0x48, count: 8, quantity: 'volume flow', unit: 'm^3/h', exponent10: -9, multiplier: 3600 },
    { first: 0x50, count: 8, quantity: 'mass flow', unit: 'kg/h', exponent10: -3 },
    { first: 0x58, count: 4, quantity: 'flow temperature', unit: '°C', exponent10: -3 },
    { first: 0x5c, count: 4, quantity: 'return temperature', unit: '°C', exponent10: -3 },
    { first: 0x60, count: 4, quantity: 'temperature difference', unit: 'K', exponent10: -3 },
    { first: 0x64, count: 4, quantity: 'external temperature', unit: '°C', exponent10: -3 },
    { first: 0x68, count: 4, quantity: 'pressure', unit: 'bar', exponent10: -3 },
  ],
  [
    { first: 0x20, quantity: 'on time', steps: ['s', 'min', 'h', 'd'] },
    { first: 0x24, quantity: 'operating time', steps: ['s', 'min', 'h', 'd'] },
    { first: 0x70, quantity: 'averaging duration', steps: ['s', 'min', 'h', 'd'] },
    { first: 0x74, quantity: 'actuality duration', steps: ['s', 'min', 'h', 'd'] },
  ],
  [
    { code: 0x6c, quantity: 'date', kind: DATE },
    { code: 0x6d, quantity: 'date and time', kind: DATE },
    { code: 0x6e, quantity: 'heat cost allocator', unit: 'Units for H.C.A.' },
    { code: 0x78, quantity: 'fabrication number', kind: UNSIGNED },
    { code: 0x79, quantity: 'enhanced identification', kind: UNSIGNED },
    { code: 0x7a, quantity: 'bus address', kind: UNSIGNED },
    { code: 0x7e, quantity: 'any' },
  ],
);
