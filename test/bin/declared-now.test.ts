/** What is declared while meters are read: it holds from its instant on without a restart, and over a start without the journal. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { createDeclaredNow, keepDeclared } from '../../bin/declared-now.ts';
import type { Building } from '../../domain/building.ts';
import { declaredEventKey, parseDeclaredEvent } from '../../domain/events.ts';
import type { Reading } from '../../domain/reading.ts';
import { createIngest } from '../../ingest/pipeline.ts';
import { simulatedBuilding } from '../../ingest/simulator/building.ts';
import { gatewayBus, startGateway } from '../../ingest/simulator/gateway.ts';
import { createSimulation } from '../../ingest/simulator/simulation.ts';
import type { JournalReader, OutgoingRecord } from '../../journal/port.ts';
import { openSqliteStore } from '../../results/sqlite/open.ts';

const simulated = simulatedBuilding(1, { intervalMs: 100, tenants: 2 });
const other: Building = { ...simulated, id: 'other', events: [event('multiplier', 5, { multiplier: 7 }, 'other')] };

let store: ReturnType<typeof openSqliteStore>;
let folder: string;
beforeEach(() => {
  store = openSqliteStore(':memory:');
  folder = mkdtempSync(join(tmpdir(), 'releve-declared-'));
});
afterEach(() => {
  store.close();
  rmSync(folder, { recursive: true });
});

function event(type: string, at: number, more: object, building = simulated.id): Building['events'][number] {
  const parsed = parseDeclaredEvent({
    v: 1,
    type,
    building,
    at,
    ...(type === 'temperature' ? {} : { meter: 'LOC01' }),
    ...more,
  });
  if (!parsed.ok) throw new Error(JSON.stringify(parsed));
  return parsed.value;
}

function record(value: Building['events'][number]): OutgoingRecord {
  return { topic: 'events', key: declaredEventKey(value), building: value.building, value };
}

test('multipliers and replacements of the configured buildings, as they come and go', async () => {
  const now = createDeclaredNow([simulated, other], store.journal);
  expect(now.eventsOf('other')).toEqual(other.events);
  expect(await now.refresh()).toBe(0);
  const first = event('multiplier', 1000, { multiplier: 2 });
  const exchanged = event('replacement', 2000, { serial: '123' });
  await store.journal.append([
    record(first),
    record(exchanged),
    record(event('multiplier', 3, { multiplier: 9 }, 'nobody')),
  ]);
  await store.journal.append([record(event('temperature', 4, { date: '2026-01-01', celsius: 3 }))]);
  expect(await now.refresh()).toBe(2);
  expect(now.eventsOf(simulated.id)).toEqual([first, exchanged]);
  const corrected = event('multiplier', 5, { multiplier: 8 }, 'other');
  await store.journal.append([record(corrected)]);
  expect(await now.refresh()).toBe(1);
  expect(now.eventsOf(simulated.id)).toEqual([first, exchanged]);
  expect(now.eventsOf('other')).toEqual([corrected]);
  expect(await now.refresh()).toBe(0);
});

test('what was known holds while the journal is away, over a start too; what was withdrawn meanwhile goes', async () => {
  const file = join(folder, 'declared.json');
  const first = event('multiplier', 1000, { multiplier: 2 });
  await store.journal.append([record(first)]);
  await createDeclaredNow([simulated], store.journal, file).refresh();
  const away: JournalReader = {
    partitions: () => Promise.reject(new Error('away')),
    read: store.journal.read,
  };
  const stop = new AbortController();
  const told: unknown[] = [];
  const blind = createDeclaredNow([simulated], away, file);
  await keepDeclared(blind, { signal: stop.signal, onChanged: () => undefined, onFailed: (error) => told.push(error) })
    .first;
  stop.abort();
  expect(told).toEqual([new Error('away')]);
  expect(blind.eventsOf(simulated.id)).toEqual([first]);

  const empty = openSqliteStore(':memory:');
  const again = createDeclaredNow([simulated], empty.journal, file);
  await again.refresh();
  expect(again.eventsOf(simulated.id)).toEqual([]);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual([]);
  empty.close();
  writeFileSync(file, '{');
  expect(createDeclaredNow([simulated], away, file).eventsOf(simulated.id)).toEqual([]);
});

test('a multiplier that is declared while a meter is polled holds from its instant on', async () => {
  const simulation = createSimulation(simulated, { seed: 1 });
  const gateway = await startGateway(simulation, {});
  const now = createDeclaredNow([simulated], store.journal);
  const readings: Reading[] = [];
  const ingest = createIngest({
    buildings: [simulated],
    buses: [gatewayBus(gateway, simulation, { timeoutMs: 500 })],
    journal: store.journal,
    eventsOf: (building) => now.eventsOf(building),
  });
  ingest.events$.subscribe((told) => {
    if (told.kind === 'reading' && told.reading.meter === 'LOC01') readings.push(told.reading);
  });
  try {
    ingest.start();
    while (readings.length < 2) await sleep(20);
    const plain = readings.at(-1)!.energyImportWh;
    const at = Date.now();
    await store.journal.append([record(event('multiplier', at, { multiplier: 2 }))]);
    await now.refresh();
    while (readings.at(-1)!.at <= at) await sleep(20);
    expect(readings.at(-1)!.energyImportWh / plain).toBeCloseTo(2, 2);
  } finally {
    await ingest.stop(500);
    await gateway.close();
  }
});
