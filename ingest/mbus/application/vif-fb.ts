/**
 * The alternate extension table: codes after VIF FB (EN 13757-3:2018, table 12). Multiples (MWh, kvarh, t …) are brought
 * to base units. The phase angles count tenths of a degree. Codes that the 2018 edition withdrew (gallons, degrees
 * Fahrenheit) are reserved; a calorie is 4.1868 J, a cubic foot 0.028316846592 m^3, both exactly.
 */
import { buildVifTable } from './vif-table.ts';

export const VIF_FB = buildVifTable(
  [
    { first: 0x00, count: 2, quantity: 'energy', unit: 'Wh', exponent10: 5 },
    { first: 0x02, count: 2, quantity: 'reactive energy', unit: 'varh', exponent10: 3 },
    { first: 0x04, count: 2, quantity: 'apparent energy', unit: 'VAh', exponent10: 3 },
    { first: 0x08, count: 2, quantity: 'energy', unit: 'J', exponent10: 8 },
    { first: 0x0c, count: 4, quantity: 'energy', unit: 'J', exponent10: 1, multiplier: 41_868 },
    { first: 0x10, count: 2, quantity: 'volume', unit: 'm^3', exponent10: 2 },
    { first: 0x14, count: 4, quantity: 'reactive power', unit: 'var', exponent10: 0 },
    { first: 0x18, count: 2, quantity: 'mass', unit: 'kg', exponent10: 5 },
    { first: 0x1a, count: 2, quantity: 'relative humidity', unit: '%', exponent10: -1 },
    { first: 0x28, count: 2, quantity: 'power', unit: 'W', exponent10: 5 },
    { first: 0x2c, count: 4, quantity: 'frequency', unit: 'Hz', exponent10: -3 },
    { first: 0x30, count: 2, quantity: 'power', unit: 'J/h', exponent10: 8 },
    { first: 0x34, count: 4, quantity: 'apparent power', unit: 'VA', exponent10: 0 },
    { first: 0x74, count: 4, quantity: 'temperature limit', unit: '°C', exponent10: -3 },
    { first: 0x78, count: 8, quantity: 'cumulated maximum power', unit: 'W', exponent10: -3 },
  ],
  [],
  [
    { code: 0x20, quantity: 'volume', unit: 'm^3', multiplier: 28_316_846_592, exponent10: -12 },
    { code: 0x21, quantity: 'volume', unit: 'm^3', multiplier: 28_316_846_592, exponent10: -13 },
    { code: 0x2a, quantity: 'phase angle voltage to voltage', unit: '°', exponent10: -1 },
    { code: 0x2b, quantity: 'phase angle voltage to current', unit: '°', exponent10: -1 },
  ],
);
