import { describe, expect, it, test } from 'vitest';
import {
  frenchDuration,
  frenchEuros,
  frenchKwh,
  frenchNumber,
  frenchPercent,
  frenchPlural,
  frenchVoltAmperes,
  frenchWatts,
} from '../../domain/french.ts';
import { interpretHomogeneity } from '../../domain/homogeneity.ts';

describe('French numbers', () => {
  test.each([
    [frenchKwh(12_345), '12,3\u00a0kWh'],
    [frenchKwh(1_234_567), '1\u202f234,6\u00a0kWh'],
    [frenchKwh(0), '0,0\u00a0kWh'],
    [frenchPercent(0.93), '93,0\u00a0%'],
    [frenchWatts(34_200), '34\u202f200\u00a0W'],
    [frenchVoltAmperes(999.6), '1\u202f000\u00a0VA'],
    [frenchEuros(123_457), '1\u202f234,57\u00a0€'],
    [frenchEuros(-5), '-0,05\u00a0€'],
    [frenchNumber(-0.0001, 1), '0,0'],
  ])('%s', (text, expected) => {
    expect(text).toBe(expected);
  });

  it('knows only the decimals it has', () => {
    expect(() => frenchNumber(1, 7)).toThrow(RangeError);
  });

  test.each([
    [0, '0 min'],
    [59_999, '0 min'],
    [7 * 60_000, '7 min'],
    [60 * 60_000, '1 h'],
    [192 * 60_000, '3 h 12 min'],
    [(51 * 60 + 59) * 60_000, '2 j 3 h'],
    [48 * 60 * 60_000, '2 j'],
  ])('a duration of %i ms', (durationMs, expected) => {
    expect(frenchDuration(durationMs).replaceAll('\u00a0', ' ')).toBe(expected);
  });

  test.each([
    [0, 'compteur'],
    [1, 'compteur'],
    [2, 'compteurs'],
  ])('%i', (count, expected) => {
    expect(frenchPlural(count, 'compteur', 'compteurs')).toBe(expected);
  });
});

describe('homogeneity in words', () => {
  test.each([
    [100, 'Excellente homogénéité - Gestion énergétique équilibrée'],
    [80, 'Bonne homogénéité - Quelques écarts à surveiller'],
    [60.1, 'Bonne homogénéité - Quelques écarts à surveiller'],
    [60, 'Homogénéité moyenne - Optimisations possibles'],
    [40, 'Faible homogénéité - Actions correctives nécessaires'],
    [0, 'Faible homogénéité - Actions correctives nécessaires'],
    [null, 'Données insuffisantes'],
  ])('%s', (score, expected) => {
    expect(interpretHomogeneity(score)).toBe(expected);
  });
});
