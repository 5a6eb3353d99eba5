/** Counters of pushes over a restart, with real files. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Subject, VirtualTimeScheduler } from 'rxjs';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { Building } from '../../domain/building.ts';
import { noInvocations } from '../../ingest/dlms/ciphering/invocations.ts';
import { openInvocationStore } from '../../ingest/invocation-store.ts';
import { createIngest, type IngestEvent } from '../../ingest/pipeline.ts';
import { simulatedBuilding } from '../../ingest/simulator/building.ts';
import { createLineLink } from '../../ingest/simulator/line-link.ts';
import { authKey, authKeyHex, key, keyHex, pushWith } from './dlms/pushes.ts';
import { faultyJournal } from './pipeline/journal.ts';

let directory: string;
let file: string;
beforeEach(() => {
  directory = mkdtempSync(join(tmpdir(), 'releve-invocations-'));
  file = join(directory, 'data', 'invocations.json');
});
afterEach(() => rmSync(directory, { recursive: true, force: true }));

const counters = (last: Record<string, number>) => ({ last: new Map(Object.entries(last)), refused: 0 });

/** One life of an ingest that hears these pushes; the codes of what it refused and the number that it took. */
async function life(pushes: readonly Uint8Array[], change: { key?: string } = {}) {
  const plain = simulatedBuilding(1, { tenants: 1 });
  const [meter] = plain.meters;
  const source = { bus: 'ligne', key: change.key ?? keyHex, authenticationKey: authKeyHex };
  const building: Building = { ...plain, meters: [{ ...meter!, serial: undefined, source }] };
  const bytes = new Subject<Uint8Array>();
  const journal = faultyJournal();
  const ingest = createIngest({
    buildings: [building],
    buses: [
      {
        ...{ id: 'ligne', building: building.id, driver: 'dlms', intervalMs: 60_000, timeoutMs: 500, retries: 0 },
        endpoint: { kind: 'tcp', host: 'virtual', port: 1 },
      },
    ],
    journal,
    invocations: openInvocationStore({ file }),
    linkOf: () => createLineLink({ bytes$: bytes, write() {} }),
  });
  const events: IngestEvent[] = [];
  ingest.events$.subscribe((event) => events.push(event));
  ingest.start();
  for (const push of pushes) bytes.next(push);
  await ingest.stop(1000);
  await journal.close();
  return events.flatMap((event) => (event.kind === 'reject' ? [event.reject.code] : []));
}

test('a push recorded before a restart is refused after it, as is an older one; the next one is taken', async () => {
  const [older, recorded, next] = [7, 8, 9].map((invocation) => pushWith({ invocation }));
  expect(await life([older!, recorded!])).toEqual([]);
  expect(await life([recorded!, older!, next!])).toEqual(['INVOCATION_REPLAYED', 'INVOCATION_FELL']);
  expect(await life([next!])).toEqual(['INVOCATION_REPLAYED']);
});

test('with a new key the counter begins anew', async () => {
  expect(await life([pushWith({ invocation: 5000 })])).toEqual([]);
  const newKey = 'FFEEDDCCBBAA99887766554433221100';
  const cipher = {
    systemTitle: Uint8Array.from(Buffer.from('4c475a1122334455', 'hex')),
    key: Buffer.from(newKey, 'hex'),
    authKey,
  };
  expect(await life([pushWith({ invocation: 1, cipher })], { key: newKey })).toEqual([]);
  expect(await life([pushWith({ invocation: 1, cipher })], { key: newKey })).toEqual(['INVOCATION_REPLAYED']);
});

test('many changes are one write, some seconds after the first; nothing is left beside the file', () => {
  const scheduler = new VirtualTimeScheduler();
  const store = openInvocationStore({ file, scheduler, writeAfterMs: 5000 });
  const writtenAt: number[] = [];
  for (let second = 1; second <= 13; second += 1) {
    scheduler.schedule(
      () => {
        if (existsSync(file)) {
          writtenAt.push(second);
          rmSync(file);
        }
        store.keep('B', 'M', key, counters({ LGZ1: second }));
      },
      second * 1000 + 1,
    );
  }
  scheduler.flush();
  // First kept at 1 s and written at 6 s, behind what is kept then; kept again at 7 s and written at 12 s.
  expect(writtenAt).toEqual([7, 13]);
  expect(openInvocationStore({ file }).of('B', 'M', key).last.get('LGZ1')).toBe(13);
  expect(readdirSync(join(directory, 'data'))).toEqual(['invocations.json']);
});

test.each([
  ['half a file', '{"v":1,"meters":{"B/M":{"ke'],
  ['another version', '{"v":2,"meters":{}}'],
  ['a list', '[]'],
  ['null', 'null'],
])('%s: counters begin anew, and it is said', (_name, text) => {
  mkdirSync(join(directory, 'data'));
  writeFileSync(file, text);
  const store = openInvocationStore({ file });
  expect(store.damaged).toBe(true);
  expect(store.of('B', 'M', key)).toEqual(noInvocations);
  store.keep('B', 'M', key, counters({ LGZ1: 3 }));
  store.close();
  expect(openInvocationStore({ file }).of('B', 'M', key).last.get('LGZ1')).toBe(3);
});

test('counters that are none are left out; those of other meters stay', () => {
  mkdirSync(join(directory, 'data'));
  writeFileSync(file, '{"v":1,"meters":{"B/M":{"key":"","last":{"A":"7","B":-1,"C":2.5,"D":4}},"B/N":5}}');
  const store = openInvocationStore({ file });
  expect([...store.of('B', 'M', undefined).last]).toEqual([['D', 4]]);
  expect(store.of('B', 'N', undefined)).toEqual(noInvocations);
});

test('a disk that refuses is told, and what was kept is written when it can be', () => {
  const store = openInvocationStore({ file });
  // A file where the folder should be.
  writeFileSync(join(directory, 'data'), '');
  store.keep('B', 'M', key, counters({ LGZ1: 3 }));
  store.close();
  expect(store.failure).toMatch(/EEXIST|ENOTDIR/);
  rmSync(join(directory, 'data'));
  store.close();
  expect(store.failure).toBe(null);
  expect(openInvocationStore({ file }).of('B', 'M', key).last.get('LGZ1')).toBe(3);
});
