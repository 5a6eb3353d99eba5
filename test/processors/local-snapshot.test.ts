/**
 * A partition on a compacted log, killed and started again with its local snapshot: fresh, stale, damaged, of another log, or deleted. Whatever the
 * file is, what it publishes in the end and its account are those of a partition that lives.
 */
import { copyFileSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { Building } from '../../domain/building.ts';
import { type Reading, readingValue } from '../../domain/reading.ts';
import type { Result } from '../../domain/results.ts';
import type { JournalRecord, OutgoingRecord, StateLog } from '../../journal/port.ts';
import type { RestoredState } from '../../processors/restore.ts';
import { type BuildingTask, createBuildingTask } from '../../processors/task.ts';
import { buildingPlan, dayMs, realize } from '../properties/random-building.ts';
import { casesOf, delivered, lasting } from '../properties/run.ts';
import { mulberry } from '../random.ts';

type Restored = Pick<RestoredState, 'source' | 'refused'> & { readonly buildings: number };

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'releve-snapshot-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

/** The state topic of a partition as a broker keeps it: offsets stay, compaction drops what a later record of its key replaces. */
class Topic {
  readonly identity: string;
  private records: JournalRecord[] = [];
  private next = 0;

  constructor(identity: string, first = 0) {
    this.identity = identity;
    this.next = first;
  }

  /** The last record's offset; each transaction ends with a marker that takes one too. */
  append(records: readonly OutgoingRecord[]): number | undefined {
    let last: number | undefined;
    for (const { topic, key, value } of records) {
      if (topic !== 'state') continue;
      last = this.next++;
      const copy = value === null ? null : (JSON.parse(JSON.stringify(value)) as object);
      this.records.push({ topic, partition: 0, offset: last, key, value: copy });
    }
    if (last !== undefined) this.next++;
    return last;
  }

  compact(): void {
    const lastOf = new Map(this.records.map(({ key, offset }) => [key, offset]));
    this.records = this.records.filter(({ key, offset, value }) => lastOf.get(key) === offset && value !== null);
  }

  async *read(from = 0): AsyncGenerator<readonly JournalRecord[]> {
    const found = this.records.filter(({ offset }) => offset >= from);
    for (let at = 0; at < found.length; at += 7) yield found.slice(at, at + 7);
  }

  log(): StateLog {
    return { identity: this.identity, read: (from) => this.read(from) };
  }
}

/** A partition that may be killed; what is committed stays. */
class Partition {
  readonly results = new Map<string, Result>();
  readonly restored: Restored[] = [];
  readonly path: string;
  topic: Topic;
  task: BuildingTask;
  private readonly buildings: readonly Building[];

  constructor(buildings: readonly Building[], name: string, topic = new Topic('cluster/state')) {
    this.buildings = buildings;
    this.path = join(folder, name);
    this.topic = topic;
    this.task = this.create(buildings);
  }

  async start(buildings = this.buildings): Promise<Restored> {
    this.task = this.create(buildings);
    await this.task.restore(this.topic.read(), this.topic.log());
    return this.restored.at(-1)!;
  }

  feed(readings: readonly Reading[], count: number): number {
    const from = this.task.positions().readings ?? 0;
    const records = readings.slice(from, from + count).map(
      (reading, i): JournalRecord => ({
        topic: 'readings',
        partition: 0,
        offset: from + i,
        key: reading.building,
        value: readingValue(reading),
      }),
    );
    if (records.length > 0) this.commit(this.task.process(records, readings[from + records.length - 1]!.receivedAt));
    return from + records.length;
  }

  commit(records: readonly OutgoingRecord[]): void {
    for (const { topic, key, value } of records) if (topic === 'results') this.results.set(key, value as Result);
    const offset = this.topic.append(records);
    if (offset !== undefined) this.task.committed?.(offset);
  }

  async leave(): Promise<void> {
    await this.task.leave?.();
  }

  private create(buildings: readonly Building[]): BuildingTask {
    return createBuildingTask({
      partition: 0,
      buildings,
      publishMs: 3_600_000,
      snapshotPath: this.path,
      // A building after each tick, so that rounds stretch over many of them.
      snapshotPace: { everyMs: 300_000, sliceMs: 0 },
      onRestored: (facts) => this.restored.push(facts),
    });
  }
}

interface World {
  readonly buildings: readonly Building[];
  readonly readings: readonly Reading[];
  readonly end: number;
}

function world(seed: number, count = 3): World {
  const plans = fc.sample(buildingPlan, { numRuns: count, seed });
  const realized = plans.map((plan, index) => {
    const { building, readings } = realize(plan);
    const id = `b${index}`;
    return { building: { ...building, id }, readings: readings.map((reading) => ({ ...reading, building: id })) };
  });
  const readings = delivered(realized.flatMap((each) => each.readings));
  const end = Math.max(...readings.map((r) => Math.max(r.receivedAt, r.at))) + 3 * dayMs;
  return { buildings: realized.map(({ building }) => building), readings, end };
}

/** What an uninterrupted partition leaves, fed in the same batches. */
function outcome(partition: Partition, end: number): object {
  partition.commit(partition.task.tick(end, 0));
  return { account: partition.task.account(), results: lasting(partition.results) };
}

/** Half of a world, with a snapshot on the disk. */
async function halfway(seed: number, name = 'state'): Promise<{ partition: Partition; world: World }> {
  const made = world(seed);
  const partition = new Partition(made.buildings, name);
  await partition.start();
  while (partition.feed(made.readings, 40) < made.readings.length / 2);
  await partition.leave();
  expect(existsSync(partition.path)).toBe(true);
  return { partition, world: made };
}

describe('a partition that is killed and started again', () => {
  test('publishes and counts what one that lives does, whatever snapshot it finds', {
    timeout: 3_600_000,
  }, async () => {
    let fromSnapshot = 0;
    await fc.assert(
      fc.asyncProperty(fc.integer({ min: 1, max: 1_000_000 }), async (seed) => {
        const { buildings, readings, end } = world(seed, 2);
        const random = mulberry(seed);
        const sizes = Array.from({ length: readings.length }, () => 1 + Math.floor(random() * 60));
        const whole = new Partition(buildings, `whole-${seed}`);
        await whole.start();
        for (let batch = 0; whole.feed(readings, sizes[batch]!) < readings.length; batch++);

        const cut = new Partition(buildings, `cut-${seed}`);
        await cut.start();
        const kept: string[] = [];
        for (let batch = 0; cut.feed(readings, sizes[batch]!) < readings.length; batch++) {
          const chance = random();
          if (chance < 0.15) {
            await cut.leave();
            const copy = `${cut.path}-${kept.length}`;
            if (existsSync(cut.path)) copyFileSync(cut.path, copy);
            if (existsSync(copy)) kept.push(copy);
          } else if (chance < 0.3) {
            if (random() < 0.5) cut.topic.compact();
            const any = kept[Math.floor(random() * kept.length)];
            if (any !== undefined && random() < 0.6) copyFileSync(any, cut.path);
            else if (random() < 0.3) rmSync(cut.path, { force: true });
            if ((await cut.start()).source === 'snapshot') fromSnapshot++;
          }
        }
        expect(outcome(cut, end)).toEqual(outcome(whole, end));
      }),
      { numRuns: casesOf(12) },
    );
    expect(fromSnapshot).toBeGreaterThan(10);
  });

  test('a snapshot taken in rounds, while readings go on, is good too', async () => {
    const { buildings, readings, end } = world(5, 6);
    const whole = new Partition(buildings, 'whole');
    await whole.start();
    while (whole.feed(readings, 40) < readings.length);
    const cut = new Partition(buildings, 'cut');
    await cut.start();
    let now = 0;
    let rounds = 0;
    while (cut.feed(readings, 40) < readings.length) {
      now += 200_000;
      const before = existsSync(cut.path) ? readFileSync(cut.path) : null;
      await cut.task.save?.(now);
      if (existsSync(cut.path) && !(before?.equals(readFileSync(cut.path)) ?? false)) rounds++;
    }
    expect(rounds).toBeGreaterThan(2);
    expect((await cut.start()).source).toBe('snapshot');
    expect(outcome(cut, end)).toEqual(outcome(whole, end));
  });
});

describe('a file that is not to be trusted', () => {
  const damages: readonly (readonly [string, string, (path: string) => void])[] = [
    ['missing', 'SNAPSHOT_MISSING', (path) => rmSync(path)],
    ['empty', 'SNAPSHOT_TRUNCATED', (path) => writeFileSync(path, '')],
    ['cut amid a line', 'SNAPSHOT_TRUNCATED', (path) => rewrite(path, (text) => text.slice(0, text.length / 2))],
    ['without its last line', 'SNAPSHOT_TRUNCATED', (path) => rewrite(path, (text) => `${lines(text, 0, -1)}\n`)],
    [
      'with a byte changed',
      'SNAPSHOT_CORRUPT',
      (path) => rewrite(path, (text) => text.replace('"positions"', '"Positions"')),
    ],
    ['of zeros', 'SNAPSHOT_TRUNCATED', (path) => rewrite(path, (text) => '\0'.repeat(text.length))],
    [
      'without a building',
      'SNAPSHOT_CORRUPT',
      (path) => rewrite(path, (text) => `${lines(text, 0, 1)}\n${lines(text, 2)}\n`),
    ],
  ];

  test.each(damages)('%s: %s, and the changelog is read', async (_name, code, damage) => {
    const { partition, world: made } = await halfway(7);
    const before = partition.task.account();
    damage(partition.path);
    const restored = await partition.start();
    expect(restored).toMatchObject({ source: 'changelog', refused: { code } });
    expect(partition.task.account()).toEqual(before);
    await partition.leave();
    partition.feed(made.readings, 10);
    expect((await partition.start()).source).toBe('snapshot');
  });

  test('of another cluster', async () => {
    const { partition } = await halfway(8);
    const topic = new Topic('elsewhere/state');
    partition.topic = topic;
    expect(await partition.start()).toMatchObject({ source: 'changelog', refused: { code: 'SNAPSHOT_OTHER_LOG' } });
    expect(partition.task.positions()).toEqual({});
  });

  test('of a topic that was made anew, and has grown past the file since', async () => {
    const { partition, world: made } = await halfway(9);
    const other = new Partition(made.buildings, 'other');
    await other.start();
    while (other.feed(made.readings, 5) < made.readings.length / 2);
    partition.topic = other.topic;
    expect(await partition.start()).toMatchObject({ source: 'changelog', refused: { code: 'SNAPSHOT_OTHER_LOG' } });
    expect(partition.task.account()).toEqual(other.task.account());
  });

  test('ahead of the log', async () => {
    const { partition } = await halfway(10);
    partition.topic = new Topic('cluster/state');
    expect(await partition.start()).toMatchObject({ source: 'changelog', refused: { code: 'SNAPSHOT_AHEAD' } });
    expect(partition.task.account().used).toBe(0);
  });

  test('when the log lacks a delta after it', async () => {
    const { partition, world: made } = await halfway(11);
    for (let more = 0; more < 4; more++) partition.feed(made.readings, 50);
    const lost = new Topic('cluster/state');
    let skipped = 0;
    for await (const batch of partition.topic.read())
      for (const record of batch) {
        const isAfter = record.offset > offsetOf(partition.path) && record.key.startsWith('delta/');
        if (isAfter && skipped++ === 0) continue;
        (lost as unknown as { records: JournalRecord[] }).records.push(record);
      }
    expect(skipped).toBeGreaterThan(3);
    partition.topic = lost;
    await expect(partition.start()).rejects.toThrow('not whole');
  });

  test('of a newer version', async () => {
    const { partition } = await halfway(12);
    const { createHash } = await import('node:crypto');
    rewrite(partition.path, (text) => {
      const content = `${lines(text, 0, -1).replace('"version":1', '"version":2')}\n`;
      const sha256 = createHash('sha256').update(content).digest('hex');
      return `${content}${JSON.stringify({ buildings: 3, sha256 })}\n`;
    });
    expect(await partition.start()).toMatchObject({ source: 'changelog', refused: { code: 'SNAPSHOT_VERSION' } });
  });

  test('without a building that is configured again', async () => {
    const { partition, world: made } = await halfway(13);
    const before = partition.task.account();
    const fewer = made.buildings.filter(({ id }) => id !== 'b1');
    await partition.start(fewer);
    partition.commit(partition.task.tick(made.end, 0));
    await partition.leave();
    expect((await partition.start(fewer)).source).toBe('snapshot');
    expect(await partition.start()).toMatchObject({ source: 'changelog', refused: { code: 'SNAPSHOT_STRANGER' } });
    expect(partition.task.account().used).toBeGreaterThanOrEqual(before.used);
  });
});

test('a folder that cannot be written is told, and harms nothing', async () => {
  const made = world(14);
  const told: string[] = [];
  writeFileSync(join(folder, 'file'), '');
  const task = createBuildingTask({
    partition: 0,
    buildings: made.buildings,
    snapshotPath: join(folder, 'file', 'state'),
    onSnapshotTrouble: (reason) => told.push(reason),
  });
  const topic = new Topic('cluster/state');
  await task.restore(topic.read(), topic.log());
  const offset = topic.append(
    task.tick(made.end, 0).length > 0
      ? []
      : task.process([{ topic: 'readings', partition: 0, offset: 0, key: 'x', value: 7 }], made.end),
  );
  task.committed?.(offset!);
  await task.leave?.();
  expect(told.length).toBe(1);
  expect(readdirSync(folder)).toEqual(['file']);
});

function rewrite(path: string, change: (text: string) => string): void {
  writeFileSync(path, change(readFileSync(path, 'utf8')));
}

function lines(text: string, from: number, to?: number): string {
  return text.trimEnd().split('\n').slice(from, to).join('\n');
}

function offsetOf(path: string): number {
  return (JSON.parse(readFileSync(path, 'utf8').split('\n')[0]!) as { offset: number }).offset;
}
