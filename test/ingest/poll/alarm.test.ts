/** Class 1 data: an answer with ACD is followed by REQ_UD1, the alarm is fetched once and passed on, the index goes on as ever. */
import { takeUntil, timer } from 'rxjs';
import { expect, test } from 'vitest';
import { type BusEvent, runBus } from '../../../ingest/bus.ts';
import { cycles, readouts, virtualBus } from './bus.ts';

const fields = (sent: readonly string[], address: string) =>
  sent.filter((telegram) => telegram.slice(4, 6) === address).map((telegram) => telegram.slice(2, 4));

test('the alarm is asked for behind the answer that announces it, and not again', () => {
  const bus = virtualBus({ tenants: 2, alarmed: ['LOC01'] });
  const events = bus.run(180_000 - 1);
  expect(fields(bus.sent, '01')).toEqual(['40', '7b', '7a', '5b', '7b']);
  expect(fields(bus.sent, '02')).toEqual(['40', '7b', '5b', '7b']);
  const alarms = readouts(events).flatMap(({ meter, outcome }) =>
    outcome.kind === 'read' && outcome.alarm ? [{ meter, records: outcome.alarm.telegram.records }] : [],
  );
  expect(alarms).toMatchObject([{ meter: 'LOC01', records: [{ quantity: 'error flags', value: 4 }] }]);
  expect(cycles(events).map(({ fates }) => fates.read)).toEqual([3, 3, 3]);
});

test('by secondary address the selected meter is asked', () => {
  const bus = virtualBus({ tenants: 2, alarmed: ['LOC02'], secondary: true });
  const events = bus.run(120_000 - 1);
  expect(fields(bus.sent, 'fd').filter((field) => field === '7a' || field === '5a')).toEqual(['7a']);
  expect(
    readouts(events).flatMap(({ meter, outcome }) => ('alarm' in outcome && outcome.alarm ? [meter] : [])),
  ).toEqual(['LOC02']);
});

test('whatever the line loses, every alarm comes through once and no reading with it', () => {
  let found = 0;
  for (let seed = 1; seed <= 12; seed += 1) {
    const bus = virtualBus({ tenants: 3, alarmed: ['LOC01', 'LOC02', 'LOC03'], missing: 0.2, seed });
    const alarms = readouts(bus.run(600_000 - 1)).flatMap(({ meter, outcome }) =>
      outcome.kind === 'read' && outcome.alarm ? [meter] : [],
    );
    expect(new Set(alarms).size).toBe(alarms.length);
    found += alarms.length;
  }
  // An alarm is lost only where both answers to REQ_UD1 are: 4 in 100 of 36.
  expect(found).toBeGreaterThanOrEqual(32);
});

test('the bus passes the alarm on with its frame', () => {
  const { building, link, scheduler } = virtualBus({ tenants: 1, alarmed: ['LOC01'] });
  const events: BusEvent[] = [];
  runBus(
    {
      ...{ id: 'bus-1', building: building.id, driver: 'mbus', intervalMs: 60_000, timeoutMs: 500, retries: 2 },
      endpoint: { kind: 'tcp', host: 'virtual', port: 1 },
    },
    building,
    link,
    { mayRead: () => true, scheduler },
  )
    .pipe(takeUntil(timer(59_000, scheduler)))
    .subscribe((event) => events.push(event));
  scheduler.flush();
  const [alarm] = events.filter((event) => event.kind === 'alarm');
  expect(alarm).toMatchObject({ kind: 'alarm', bus: 'bus-1', meter: 'LOC01' });
  expect(alarm?.frame).toMatch(/01FD1704..16$/i);
  expect(events.filter(({ kind }) => kind === 'reading')).toHaveLength(2);
});
