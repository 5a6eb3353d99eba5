import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Building } from '../../domain/building.ts';
import { type Reading, readingValue } from '../../domain/reading.ts';
import type { Result } from '../../domain/results.ts';
import type { JournalRecord, OutgoingRecord } from '../../journal/port.ts';
import type { Account } from '../../processors/account.ts';
import { type BuildingTask, createBuildingTask } from '../../processors/task.ts';
import { buildingPlan, dayMs, realize } from '../properties/random-building.ts';
import { casesOf, delivered, lasting } from '../properties/run.ts';
import { mulberry } from '../random.ts';

interface Outcome {
  readonly results: Map<string, Result>;
  readonly late: readonly string[];
  readonly account: Account;
}

describe('a partition whose process dies at any point', () => {
  it('gives the results and the account of one that lives', { timeout: 3_600_000 }, async () => {
    await fc.assert(
      fc.asyncProperty(buildingPlan, fc.integer({ min: 1, max: 1_000_000 }), async (plan, seed) => {
        const { building, readings } = realize(plan);
        const order = delivered(readings);
        const whole = await live(building, order, seed, () => 'lives');
        const random = mulberry(seed + 1);
        const deaths = ['dies before the commit', 'dies after it'] as const;
        const cut = await live(building, order, seed, () =>
          random() < 0.08 ? (deaths[Math.floor(random() * 2)] as (typeof deaths)[number]) : 'lives',
        );
        expect(cut.account).toEqual(whole.account);
        expect(cut.late).toEqual(whole.late);
        expect(lasting(cut.results)).toEqual(lasting(whole.results));
      }),
      { numRuns: casesOf(40) },
    );
  });

  it('reads a record that is none as a rejection, once', async () => {
    const [plan] = fc.sample(buildingPlan, { numRuns: 1, seed: 11 });
    const { building } = realize(plan as NonNullable<typeof plan>);
    const task = createBuildingTask({ partition: 0, buildings: [building] });
    const records: JournalRecord[] = [
      { topic: 'readings', partition: 0, offset: 0, key: 'x', value: undefined, raw: '{' },
      { topic: 'readings', partition: 0, offset: 1, key: 'x', value: { v: 1, building: 'elsewhere' } },
      { topic: 'readings', partition: 0, offset: 2, key: 'x', value: 7 },
    ];
    const out = task.process(records, 1000);
    expect(out.filter((record) => record.topic === 'rejects').length).toBe(3);
    expect(task.account().rejected).toBe(3);
    const again = createBuildingTask({ partition: 0, buildings: [building] });
    await again.restore(stateOf(compacted(new Map(), out)));
    expect(again.account().rejected).toBe(3);
    expect(again.positions().readings).toBe(3);
  });
});

type Fate = 'lives' | 'dies before the commit' | 'dies after it';

/** Batches of the readings as records of a partition; what is committed is kept as a compacted topic keeps it. */
async function live(
  building: Building,
  readings: readonly Reading[],
  seed: number,
  fateOf: () => Fate,
): Promise<Outcome> {
  const random = mulberry(seed);
  const create = (): BuildingTask => createBuildingTask({ partition: 0, buildings: [building], publishMs: 3_600_000 });
  let task = create();
  const state = new Map<string, object>();
  const results = new Map<string, Result>();
  const late = new Map<string, string>();
  const sizes: number[] = [];
  const commit = (records: readonly OutgoingRecord[]): void => {
    compacted(state, records);
    for (const { topic, key, value } of records) {
      if (topic === 'results') results.set(key, value as Result);
      if (topic === 'late') late.set(`${key}/${late.size}`, key);
    }
  };
  const restart = async (): Promise<void> => {
    task = create();
    await task.restore(stateOf(state));
  };
  for (let batch = 0; ; ) {
    const from = task.positions().readings ?? 0;
    if (from >= readings.length) break;
    sizes[batch] ??= 1 + Math.floor(random() * 120);
    const records = readings.slice(from, from + (sizes[batch] as number)).map(
      (reading, i): JournalRecord => ({
        topic: 'readings',
        partition: 0,
        offset: from + i,
        key: reading.meter,
        value: readingValue(reading),
      }),
    );
    const now = (readings[from + records.length - 1] as Reading).receivedAt;
    const fate = fateOf();
    const out = [...task.process(records, now)];
    if (fate !== 'dies before the commit') {
      commit(out);
      batch++;
    }
    if (fate !== 'lives') await restart();
  }
  const end = Math.max(...readings.map((r) => r.receivedAt), ...readings.map((r) => r.at)) + 3 * dayMs;
  commit(task.tick(end, 0));
  await restart();
  commit(task.tick(end, 0));
  return { results, late: [...late.values()].sort(), account: task.account() };
}

function compacted(state: Map<string, object>, records: readonly OutgoingRecord[]): Map<string, object> {
  for (const { topic, key, value } of records) {
    if (topic !== 'state') continue;
    if (value === null) state.delete(key);
    else state.set(key, JSON.parse(JSON.stringify(value)) as object);
  }
  return state;
}

async function* stateOf(state: ReadonlyMap<string, object>): AsyncGenerator<JournalRecord[]> {
  let offset = 0;
  yield [...state].map(
    ([key, value]): JournalRecord => ({ topic: 'state', partition: 0, offset: offset++, key, value }),
  );
}
