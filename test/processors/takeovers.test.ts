import { expect, test } from 'vitest';
import { createTakeovers } from '../../processors/takeovers.ts';

test('a partition is settled once, from its first batch on, after more than the time it takes', () => {
  const takeovers = createTakeovers(30);
  takeovers.gained(3);
  takeovers.handled(3, 70);
  takeovers.handled(3, 90);
  expect([takeovers.settled(30), takeovers.settled(30), takeovers.settled(30)]).toEqual([
    [],
    [{ partition: 3, from: 70 }],
    [],
  ]);
});

test('nothing was written, or the partition has gone again: nothing to settle', () => {
  const takeovers = createTakeovers(10);
  takeovers.gained(0);
  takeovers.gained(1);
  takeovers.handled(1, 5);
  takeovers.handled(2, 5);
  takeovers.lost(1);
  expect([takeovers.settled(20), takeovers.settled(20)]).toEqual([[], []]);
});

test('given again, it begins anew', () => {
  const takeovers = createTakeovers(10);
  takeovers.gained(0);
  takeovers.handled(0, 5);
  takeovers.settled(8);
  takeovers.gained(0);
  takeovers.handled(0, 9);
  expect([takeovers.settled(8), takeovers.settled(8), takeovers.settled(8)]).toEqual([
    [],
    [],
    [{ partition: 0, from: 9 }],
  ]);
});
