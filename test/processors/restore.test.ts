/** A restore leaves others their turn, takes turns with other restores, and lets go of what it has taken. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { limitInFlight } from '../../domain/in-flight.ts';
import { nothingStored, type PackedEvent } from '../../processors/changelog.ts';
import { replayDeltas } from '../../processors/restore.ts';

const delta: readonly PackedEvent[] = [['f', 1000, true]];

test('timers fire while deltas are replayed, so that heartbeats go on', async () => {
  const stored = nothingStored();
  for (const building of ['a', 'b'])
    stored.buildings.set(building, {
      generation: 1,
      chunks: [],
      chunkCount: 0,
      isLocal: false,
      reflected: 0,
      reflectedEvents: 0,
      deltas: Array.from({ length: 8 }, () => delta),
    });
  let beats = 0;
  const timer = setInterval(() => beats++, 5);
  const replayed: string[] = [];
  await replayDeltas(stored, (building) => (events) => {
    replayed.push(`${building} ${events.map(({ type }) => type).join()}`);
    for (const until = performance.now() + 25; performance.now() < until; );
  });
  clearInterval(timer);
  expect(replayed).toEqual([...Array(8).fill('a flush'), ...Array(8).fill('b flush')]);
  expect(beats).toBeGreaterThanOrEqual(8);
  expect(stored.buildings.size).toBe(0);
});

test('a gate runs so many at once, the others in their order, failures included', async () => {
  const gate = limitInFlight(2);
  let running = 0;
  let most = 0;
  const order: number[] = [];
  const works = [0, 1, 2, 3, 4, 5].map((number) =>
    gate(async () => {
      order.push(number);
      most = Math.max(most, ++running);
      await sleep(5);
      running--;
      if (number % 2 === 1) throw new Error(String(number));
      return number;
    }),
  );
  const outcomes = await Promise.allSettled(works);
  expect(outcomes.map(({ status }) => status)).toEqual(
    [0, 1, 2, 3, 4, 5].map((n) => (n % 2 ? 'rejected' : 'fulfilled')),
  );
  expect([most, order]).toEqual([2, [0, 1, 2, 3, 4, 5]]);
  expect(await gate(async () => 'free again')).toBe('free again');
});
