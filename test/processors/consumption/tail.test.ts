import fc from 'fast-check';
import { expect, it } from 'vitest';
import { ReadingTail } from '../../../processors/consumption/tail.ts';

const power = fc.oneof(
  fc.constant(Number.NaN),
  fc.integer({ min: -9000, max: 90_000 }),
  fc.integer({ min: -9_000_000, max: 90_000_000 }).map((milliwatts) => milliwatts / 1000),
  fc.double({ noNaN: true, noDefaultInfinity: true }),
);
const reading = fc.record({
  at: fc.oneof(
    fc.integer({ min: 0, max: 40 }).map((step) => 1_780_000_000_000 + step * 900_000),
    fc.maxSafeInteger(),
  ),
  indexWh: fc.oneof(fc.integer({ min: 0, max: 9000 }), fc.maxSafeNat()),
  powerW: power,
  apparentVa: power,
  resolutionWh: fc.constantFrom<number[]>(1, 1, 10, 1000, 5_000_000_000),
});
const greatest = (a: number, b: number): number => (Number.isNaN(a) || b > a ? b : a);

it('gives back every distinct reading exactly, in order, whatever the order they came in', () => {
  fc.assert(
    fc.property(fc.array(reading, { maxLength: 60 }), fc.nat({ max: 60 }), (readings, dropped) => {
      const tail = new ReadingTail();
      const expected = new Map<string, (typeof readings)[number]>();
      for (const r of readings) {
        tail.insert(r.at, r.indexWh, r.powerW, r.apparentVa, r.resolutionWh);
        const key = `${r.at}/${r.indexWh}`;
        const known = expected.get(key) ?? r;
        expected.set(key, {
          ...r,
          powerW: greatest(known.powerW, r.powerW),
          apparentVa: greatest(known.apparentVa, r.apparentVa),
          resolutionWh: Math.max(known.resolutionWh, r.resolutionWh),
        });
      }
      expect(tail.settle()).toBe(readings.length - expected.size);
      const count = Math.min(dropped, tail.length);
      tail.dropFirst(count);
      const sorted = [...expected.values()].sort((a, b) => a.at - b.at || a.indexWh - b.indexWh).slice(count);
      const { at, indexWh, powerW, apparentVa, resolutionWh, length } = tail.unfolded();
      const rows = Array.from({ length }, (_, i) => [at[i], indexWh[i], powerW[i], apparentVa[i], resolutionWh[i]]);
      const plain = (value: number) => value + 0;
      expect(rows.map((row) => row.map((v) => plain(v as number)))).toEqual(
        sorted.map((r) => [r.at, r.indexWh, plain(r.powerW), plain(r.apparentVa), r.resolutionWh]),
      );
    }),
    { numRuns: 1000 },
  );
});
