import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { openSpool, type Spool } from '../../../ingest/spool.ts';
import type { OutgoingRecord } from '../../../journal/port.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'releve-spool-'));
  folders.push(made);
  return made;
}

const record = (n: number): OutgoingRecord => ({
  topic: 'readings',
  key: 'B1',
  building: 'B1',
  value: { v: 1, n, text: 'é'.repeat(n % 7) },
});
const numbers = (records: readonly OutgoingRecord[]) => records.map(({ value }) => (value as { n: number }).n);
const range = (from: number, to: number) => Array.from({ length: to - from }, (_, i) => from + i);
const segments = (directory: string) => readdirSync(directory).filter((name) => name.endsWith('.spool'));

test('gives back in order what was put in, across segments, and forgets what is committed', () => {
  const directory = folder();
  const spool = openSpool({ directory, segmentBytes: 300 });
  for (const n of range(0, 40)) expect(spool.append([record(n)])).toBe(true);
  expect(segments(directory).length).toBeGreaterThan(5);
  expect(numbers(spool.peek(1000))).toEqual(range(0, 40));
  expect(numbers(spool.peek(3))).toEqual([0, 1, 2]);
  spool.commit(17);
  expect(spool.length).toBe(23);
  expect(numbers(spool.peek(2))).toEqual([17, 18]);
  spool.commit(23);
  expect(spool.length).toBe(0);
  expect(segments(directory).length).toBeLessThanOrEqual(1);
});

test('a process that dies leaves everything acknowledged and not delivered to the next one', () => {
  const directory = folder();
  const first = openSpool({ directory, segmentBytes: 300 });
  first.append(range(0, 10).map(record));
  first.append(range(10, 20).map(record));
  first.commit(12);
  // No close: it was killed.
  const second = openSpool({ directory, segmentBytes: 300 });
  expect(numbers(second.peek(100))).toEqual(range(12, 20));
  second.append([record(20)]);
  const third = openSpool({ directory, segmentBytes: 300 });
  expect(numbers(third.peek(100))).toEqual(range(12, 21));
});

test('a tail torn by a crash is cut off, and what is written afterwards is found', () => {
  const directory = folder();
  const first = openSpool({ directory });
  first.append(range(0, 5).map(record));
  first.close();
  const path = join(directory, segments(directory)[0]!);
  appendFileSync(path, Buffer.from([0, 0, 0, 50, 1, 2, 3, 4, 5]));
  const second = openSpool({ directory });
  expect(second.damaged).toBe(1);
  expect(numbers(second.peek(100))).toEqual(range(0, 5));
  second.append([record(5)]);
  const third = openSpool({ directory });
  expect(third.damaged).toBe(0);
  expect(numbers(third.peek(100))).toEqual(range(0, 6));
});

test('a changed byte ends its segment and is counted; other segments stand', () => {
  const directory = folder();
  const first = openSpool({ directory, segmentBytes: 1 });
  for (const n of range(0, 4)) first.append([record(n)]);
  first.close();
  const path = join(directory, segments(directory)[1]!);
  const bytes = readFileSync(path);
  bytes[12] = bytes[12]! ^ 0x40;
  writeFileSync(path, bytes);
  const second = openSpool({ directory });
  expect(second.damaged).toBe(1);
  expect(numbers(second.peek(10))).toEqual([0, 2, 3]);
});

test('a lost or broken position delivers again what is still on disk, and loses nothing', () => {
  const directory = folder();
  const first = openSpool({ directory });
  first.append(range(0, 6).map(record));
  first.commit(4);
  first.close();
  truncateSync(join(directory, 'position'), 0);
  expect(numbers(openSpool({ directory }).peek(10))).toEqual(range(0, 6));
});

test('full: refuses the whole batch, keeps what it has, and takes again when there is room', () => {
  const directory = folder();
  const spool = openSpool({ directory, maximumBytes: 1000, segmentBytes: 200 });
  let kept = 0;
  while (spool.append([record(kept)])) kept += 1;
  expect(kept).toBeGreaterThan(3);
  expect(spool.size).toBeLessThanOrEqual(1000);
  expect(spool.append(range(0, 5).map(record))).toBe(false);
  expect(numbers(spool.peek(100))).toEqual(range(0, kept));
  spool.commit(kept - 1);
  expect(spool.append([record(kept)])).toBe(true);
  expect(numbers(spool.peek(100))).toEqual([kept - 1, kept]);
});

test('a folder that another living process holds is refused; one left by a dead process is taken over', () => {
  const directory = folder();
  writeFileSync(join(directory, 'lock'), String(process.ppid));
  expect(() => openSpool({ directory })).toThrow(/held by process/);
  // Above the greatest process id of Linux.
  writeFileSync(join(directory, 'lock'), '4194305');
  expect(openSpool({ directory }).length).toBe(0);
});

test('law: whatever is appended, committed and reopened, it is a queue', () => {
  const step = fc.oneof(
    fc.record({ do: fc.constant('append' as const), count: fc.integer({ min: 0, max: 6 }) }),
    fc.record({ do: fc.constant('commit' as const), count: fc.integer({ min: 0, max: 6 }) }),
    fc.record({ do: fc.constant('reopen' as const), count: fc.constant(0) }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 25 }), fc.integer({ min: 1, max: 600 }), (steps, segmentBytes) => {
      const directory = folder();
      let spool: Spool = openSpool({ directory, segmentBytes });
      let queue: number[] = [];
      let next = 0;
      for (const { do: action, count } of steps) {
        if (action === 'append') {
          const added = range(next, next + count);
          next += count;
          expect(spool.append(added.map(record))).toBe(true);
          queue.push(...added);
        } else if (action === 'commit') {
          const taken = Math.min(count, queue.length);
          spool.commit(taken);
          queue = queue.slice(taken);
        } else {
          spool.close();
          spool = openSpool({ directory, segmentBytes });
          expect(spool.damaged).toBe(0);
        }
        expect(spool.length).toBe(queue.length);
        expect(numbers(spool.peek(4))).toEqual(queue.slice(0, 4));
      }
      spool.close();
    }),
    { numRuns: 60 },
  );
});
