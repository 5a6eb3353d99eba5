import { toArray, VirtualTimeScheduler } from 'rxjs';
import { expect, test } from 'vitest';
import { encodeLong } from '../../../ingest/mbus/frame/long.ts';
import { fromHexLine, toHex } from '../../../ingest/mbus/hex.ts';
import { type FoundMeter, type ScanEvent, scanPrimary, scanSecondary } from '../../../ingest/scan.ts';
import { createLine } from '../../../ingest/simulator/line.ts';
import { createLineLink } from '../../../ingest/simulator/line-link.ts';
import type { Slave } from '../../../ingest/simulator/slave.ts';
import { virtualBus } from '../poll/bus.ts';

type Bus = ReturnType<typeof virtualBus>;
type Search = (bus: Bus, options: { timeoutMs: number; retries: number }) => ScanEvent[];

const search =
  (
    events$: (
      bus: Bus,
      options: { timeoutMs: number; retries: number; scheduler: Bus['scheduler'] },
    ) => ReturnType<typeof scanPrimary>,
  ): Search =>
  (bus, options) => {
    let events: ScanEvent[] = [];
    events$(bus, { ...options, scheduler: bus.scheduler })
      .pipe(toArray())
      .subscribe((all) => {
        events = all;
      });
    bus.scheduler.flush();
    return events;
  };
const primary = search((bus, options) => scanPrimary(bus.link, {}, options));
const secondary = search((bus, options) => scanSecondary(bus.link, options));

const found = (events: readonly ScanEvent[]): FoundMeter[] =>
  events.flatMap((event) => (event.kind === 'found' ? [event.meter] : []));
const once = { timeoutMs: 300, retries: 1 };

test('primary: every meter at its address, nobody else; progress up to the whole', () => {
  const bus = virtualBus({ baud: 2400, dead: ['LOC05'] });
  const events = primary(bus, once);
  const expected = bus.building.meters.filter(({ id }) => id !== 'LOC05');
  expect(found(events).map((meter) => meter.primary)).toEqual(expected.map(({ source }) => source?.primary));
  expect(found(events).map((meter) => meter.secondary?.slice(0, 8))).toEqual(expected.map(({ serial }) => serial));
  const shares = events.flatMap((event) => (event.kind === 'progress' ? [event.share] : []));
  expect(shares).toHaveLength(251);
  expect(shares).toEqual(shares.toSorted((a, b) => a - b));
  expect(shares.at(-1)).toBe(1);
});

test('secondary: every meter by wildcards, with its whole address', () => {
  const bus = virtualBus({ baud: 2400 });
  const events = secondary(bus, once);
  expect(new Set(found(events).map((meter) => meter.secondary?.slice(0, 8)))).toEqual(
    new Set(bus.building.meters.map(({ serial }) => serial)),
  );
  expect(found(events)).toHaveLength(21);
  expect(found(events)[0]?.secondary).toMatch(/^\d{8}96490102$/);
  const shares = events.flatMap((event) => (event.kind === 'progress' ? [event.share] : []));
  expect(shares.at(-1)).toBeCloseTo(1, 9);
});

test('identifications with digits above 9 are found, however late they part', () => {
  const identifications = ['0500023E', '050002E5', '05000231', 'A0000001'];
  const scheduler = new VirtualTimeScheduler();
  const line = createLine(
    identifications.map((identification, at) => selectable(identification, at + 1)),
    { seed: 1, baud: 2400, scheduler },
  );
  const events: ScanEvent[] = [];
  scanSecondary(createLineLink(line), { ...once, scheduler }).subscribe((event) => events.push(event));
  scheduler.flush();
  expect(found(events).map((meter) => meter.secondary)).toEqual(
    identifications.toSorted().map((identification) => `${identification}434C1202`),
  );
});

/** A Saia-Burgess meter that answers when it is selected: 1 Wh. */
function selectable(identification: string, primary: number): Slave {
  const address = fromHexLine(`${identification.match(/../g)!.toReversed().join('')} 434C 12 02`)!;
  const answer = encodeLong(0x08, primary, 0x72, Uint8Array.from([...address, 1, 0, 0, 0, 4, 3, 1, 0, 0, 0]));
  let isSelected = false;
  return {
    primary,
    receive({ bytes, dataStart, controlInformation, controlField }) {
      if (controlInformation === 0x52) {
        const asked = toHex(bytes, dataStart, dataStart + 8);
        const own = toHex(address);
        isSelected = [...asked].every((digit, at) => digit === 'F' || digit === own[at]);
        return isSelected ? Uint8Array.of(0xe5) : null;
      }
      if (!isSelected) return null;
      isSelected = controlField !== 0x40;
      return isSelected ? answer : Uint8Array.of(0xe5);
    },
  };
}

test('secondary through a converter with echo: the echo is no collision', () => {
  const bus = virtualBus({ echo: true, tenants: 4 });
  const events = secondary(bus, once);
  expect(found(events)).toHaveLength(5);
  // Fifteen digits for each level that was entered; an echo taken for a collision would enter all of them.
  expect(events.filter(({ kind }) => kind === 'progress').length).toBeLessThan(90);
});

test('secondary with the first digits given searches that part only', () => {
  const bus = virtualBus({ tenants: 20 });
  const serial = bus.building.meters[3]!.serial!;
  let events: ScanEvent[] = [];
  scanSecondary(bus.link, { ...once, scheduler: bus.scheduler }, serial.slice(0, 5))
    .pipe(toArray())
    .subscribe((all) => {
      events = all;
    });
  bus.scheduler.flush();
  expect(found(events).map((meter) => meter.secondary?.slice(0, 8))).toEqual([serial]);
});

test('a meter that acknowledges and gives nothing is named, not found', () => {
  const bus = virtualBus({ tenants: 3, silent: ['LOC02'] });
  const events = primary(bus, once);
  expect(found(events)).toHaveLength(3);
  expect(events).toContainEqual({ kind: 'unreadable', asked: '2', code: 'TIMEOUT' });
});

test('a lost connection ends the search with what was found', () => {
  const bus = virtualBus({ tenants: 20 });
  bus.scheduler.schedule(() => bus.link.cut(), 2000);
  const events = primary(bus, once);
  expect(found(events).length).toBeGreaterThan(3);
  expect(events.filter(({ kind }) => kind === 'link_down')).toHaveLength(1);
  expect(events.filter(({ kind }) => kind === 'progress').length).toBeLessThan(40);
});
