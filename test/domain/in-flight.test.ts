import { expect, test } from 'vitest';
import { limitInFlight } from '../../domain/in-flight.ts';

test('no more than so many at once, in the order of the calls, failures included', async () => {
  const inFlight = limitInFlight(2);
  const begun: number[] = [];
  let running = 0;
  let most = 0;
  const outcomes = await Promise.allSettled(
    Array.from({ length: 7 }, (_, index) =>
      inFlight(async () => {
        begun.push(index);
        most = Math.max(most, ++running);
        await new Promise((resolve) => setTimeout(resolve, (index % 3) * 2));
        running--;
        if (index === 1) throw new Error('refused');
        return index;
      }),
    ),
  );
  expect(most).toBe(2);
  expect(begun).toEqual([0, 1, 2, 3, 4, 5, 6]);
  expect(outcomes.map((each) => (each.status === 'fulfilled' ? each.value : 'failed'))).toEqual([
    0,
    'failed',
    2,
    3,
    4,
    5,
    6,
  ]);
});
