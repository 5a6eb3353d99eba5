import { describe, expect, test } from 'vitest';
import { registerLimitWh, tableScale } from '../../../ingest/dlms/scales.ts';

describe('unit and scale by OBIS code', () => {
  test.each([
    ['1-0:1.8.0', 'Wh', 0],
    ['1-1:1.8.2', 'Wh', 0],
    ['1-0:2.29.0', 'Wh', 0],
    ['1-0:1.7.0', 'W', 0],
    ['1-0:1.6.0', 'W', 0],
    ['1-0:21.7.0', 'W', 0],
    ['1-0:62.7.0', 'W', 0],
    ['1-0:3.7.0', 'var', 0],
    ['1-1:8.8.0', 'varh', 0],
    ['1-0:9.7.0', 'VA', 0],
    ['1-0:9.8.0', 'VAh', 0],
    ['1-0:31.7.0', 'A', -2],
    ['1-0:71.7.0', 'A', -2],
    ['1-0:91.7.0', 'A', -2],
    ['1-0:32.7.0', 'V', 0],
    ['1-0:72.7.0', 'V', 0],
    ['1-0:13.7.0', '', -3],
    ['1-0:73.7.0', '', -3],
  ])('%s', (obis, unit, exponent) => {
    expect(tableScale(obis)).toEqual({ unit, exponent });
  });

  test.each([
    '1-0:32.8.0',
    '1-0:14.7.0',
    '1-0:81.7.4',
    '0-1:24.2.1',
    '0-0:96.1.0',
    '1-0:0.0.0',
    'no code',
    '7-0:3.0.0',
  ])('nothing is assumed of %s', (obis) => {
    expect(tableScale(obis)).toBeUndefined();
  });
});

test('the limit of a register follows from its width, its step and the multiplier', () => {
  const one = { mantissa: 1n, exponent: 0 };
  expect(registerLimitWh(32, one, one)).toBe(4_294_967_296);
  expect(registerLimitWh(32, { mantissa: 1n, exponent: 1 }, { mantissa: 40n, exponent: 0 })).toBe(1_717_986_918_400);
  expect(registerLimitWh(64, one, one)).toBeUndefined();
});
