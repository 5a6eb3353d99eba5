import { expect, test } from 'vitest';
import { missed } from '../../../ingest/poll.ts';
import { cycles, epoch, readouts, virtualBus } from './bus.ts';

const total = (fates: Readonly<Record<string, number>>) => Object.values(fates).reduce((a, b) => a + b, 0);

test('every meter of every cycle is read at 2400 Bd, with the index that it shows', () => {
  const bus = virtualBus({ baud: 2400 });
  const events = bus.run(300_000 - 1);
  expect(cycles(events).map(({ fates }) => fates.read)).toEqual([21, 21, 21, 21, 21]);
  for (const { meter, outcome } of readouts(events)) {
    if (outcome.kind !== 'read') throw new Error(`${meter} ${outcome.code}`);
    const [{ telegram, at } = { telegram: undefined, at: 0 }] = outcome.telegrams;
    const index = telegram?.records[0]?.value;
    // The register was taken when the request came, up to 0.7 s before the answer's end.
    expect([
      bus.simulation.registersAt(meter, at - 700).energyImportWh,
      bus.simulation.registersAt(meter, at).energyImportWh,
    ]).toContain(index);
  }
  expect(Math.max(...cycles(events).map(({ durationMs }) => durationMs ?? 0))).toBeLessThan(20_000);
});

test('a reset at the start, then the frame count bit alternates', () => {
  const bus = virtualBus({ tenants: 1 });
  bus.run(180_000 - 1);
  const toFirst = bus.sent.filter((telegram) => telegram.slice(4, 6) === '01').map((telegram) => telegram.slice(2, 4));
  expect(toFirst).toEqual(['40', '7b', '5b', '7b']);
});

test('the same telegram is repeated twice; a failure is followed by a reset and the first frame count bit', () => {
  const bus = virtualBus({ tenants: 1, silent: ['LOC01'] });
  bus.run(120_000 - 1);
  const toFirst = bus.sent.filter((telegram) => telegram.slice(4, 6) === '01').map((telegram) => telegram.slice(2, 4));
  expect(toFirst).toEqual(['40', '7b', '7b', '7b', '40', '7b', '7b', '7b']);
});

test('a dead meter is left out more and more but never given up; the others are read in every cycle', () => {
  const bus = virtualBus({ dead: ['LOC07'] });
  const events = bus.run(60 * 60_000 - 1);
  const accounts = cycles(events);
  expect(accounts).toHaveLength(60);
  for (const { fates } of accounts) {
    expect(fates.read).toBe(20);
    expect(total(fates)).toBe(21);
  }
  const tried = accounts.flatMap(({ fates }, cycle) => (fates.failed > 0 ? [cycle] : []));
  expect(tried).toEqual([0, 1, 2, 4, 8, 16, 26, 36, 46, 56]);
});

test('a dead meter that comes back is read again', () => {
  const bus = virtualBus({ tenants: 2, deaf: (address, at) => address === 1 && at < epoch + 6 * 60_000 });
  const read = cycles(bus.run(20 * 60_000 - 1)).map(({ fates }) => fates.read);
  expect(read.slice(0, 6)).toEqual([2, 2, 2, 2, 2, 2]);
  expect(read.slice(9)).toEqual(Array(11).fill(3));
});

test('a bus on which nobody answers backs nobody off', () => {
  const bus = virtualBus({ missing: 1, tenants: 3 });
  const events = bus.run(10 * 60_000 - 1);
  for (const { fates } of cycles(events)) expect(fates).toMatchObject({ failed: 4, backed_off: 0 });
});

test('a cycle that overruns makes the next tick skipped and counted, not queued', () => {
  const bus = virtualBus({ baud: 300, tenants: 20 });
  const events = bus.run(10 * 60_000, { timeoutMs: 2000 });
  const accounts = cycles(events);
  const done = accounts.filter(({ durationMs }) => durationMs !== null);
  const skipped = accounts.filter(({ durationMs }) => durationMs === null);
  expect(done.length).toBeGreaterThan(2);
  expect(skipped.length).toBeGreaterThan(2);
  for (const { fates } of accounts) expect(total(fates)).toBe(21);
  for (const each of skipped) expect(each).toMatchObject({ reason: 'overrun', fates: { skipped: 21, read: 0 } });
  for (const each of done) expect(each.fates.read).toBe(21);
});

test('a full delivery makes ticks skipped and counted', () => {
  const bus = virtualBus({ tenants: 2 });
  let free = true;
  const events = bus.run(4 * 60_000 - 1, {
    mayRead: () => {
      free = !free;
      return !free;
    },
  });
  expect(cycles(events).map(({ fates, reason }) => [fates.read, reason])).toEqual([
    [3, undefined],
    [0, 'delivery'],
    [3, undefined],
    [0, 'delivery'],
  ]);
});

test('secondary addressing: selected, read, deselected', () => {
  const bus = virtualBus({ secondary: true, tenants: 3 });
  const events = bus.run(120_000 - 1);
  expect(cycles(events).map(({ fates }) => fates.read)).toEqual([4, 4]);
  for (const { meter, outcome } of readouts(events)) {
    if (outcome.kind !== 'read') throw new Error(outcome.code);
    expect(outcome.telegrams[0]?.telegram.header?.id).toBe(bus.building.meters.find(({ id }) => id === meter)?.serial);
  }
  expect(bus.sent.at(-1)).toBe('1040fd3d16');
});

test('several telegrams of selected meters need no reset beside the selection', () => {
  const bus = virtualBus({ twoTelegrams: true, secondary: true, tenants: 2 });
  const events = bus.run(120_000 - 1);
  expect(cycles(events).map(({ fates }) => fates.read)).toEqual([3, 3]);
  // The second cycle: select, two requests, deselect, three times.
  const cycle = ['680b', '107b', '105b', '1040'];
  expect(bus.sent.slice(-12).map((telegram) => telegram.slice(0, 4))).toEqual([...cycle, ...cycle, ...cycle]);
});

test('several telegrams are read to the end, each cycle anew', () => {
  const bus = virtualBus({ twoTelegrams: true, tenants: 2 });
  const events = bus.run(180_000 - 1);
  expect(cycles(events).map(({ fates }) => fates.read)).toEqual([3, 3, 3]);
  for (const { outcome } of readouts(events)) {
    if (outcome.kind !== 'read') throw new Error(outcome.code);
    expect(outcome.telegrams.map(({ telegram }) => telegram.more)).toEqual([true, false]);
  }
});

test('the echo of a level converter is neither an answer nor a collision', () => {
  const bus = virtualBus({ echo: true, baud: 2400 });
  const events = bus.run(120_000 - 1);
  for (const { fates } of cycles(events)) expect(fates.read).toBe(21);
  for (const { outcome } of readouts(events)) expect(outcome.counts).toMatchObject({ timeouts: 0, frameErrors: 0 });
});

test('missing, partial and late answers cost repeats, not readings of other meters', () => {
  const bus = virtualBus({ baud: 2400, missing: 0.05, partial: 0.1, late: 0.05, lateMs: 900 });
  const events = bus.run(20 * 60_000 - 1);
  const done = cycles(events).filter(({ durationMs }) => durationMs !== null);
  const read = done.reduce((sum, { fates }) => sum + fates.read, 0);
  expect(read / (21 * done.length)).toBeGreaterThan(0.97);
  for (const { meter, outcome } of readouts(events)) {
    if (outcome.kind !== 'read') continue;
    expect(outcome.telegrams[0]?.telegram.header?.id).toBe(bus.building.meters.find(({ id }) => id === meter)?.serial);
  }
});

test('a cut during a cycle: the meter is read again after the connection is back, and none is missing', () => {
  const bus = virtualBus({ baud: 2400 });
  bus.scheduler.schedule(() => bus.link.cut(), 3000);
  bus.scheduler.schedule(() => bus.link.restore(), 5000);
  const events = bus.run(60_000 - 1);
  expect(cycles(events)[0]?.fates).toMatchObject({ read: 21, failed: 0, not_reached: 0 });
});

test('a connection that stays away: one wait, the rest of the cycle is counted as not reached', () => {
  const bus = virtualBus({ baud: 2400 });
  bus.scheduler.schedule(() => bus.link.cut(), 3000);
  bus.scheduler.schedule(() => bus.link.restore(), 60_500);
  const events = bus.run(120_000 - 1);
  const [first, second] = cycles(events);
  expect(first && total(first.fates)).toBe(21);
  expect(first?.fates.not_reached).toBeGreaterThan(10);
  expect(first?.durationMs).toBeLessThan(16_000);
  expect(second?.fates.read).toBe(21);
});

test('a day at 2400 Bd with 5 % of all bytes changed and one dead meter: every meter of every tick is read or counted as missed', () => {
  const bus = virtualBus({ baud: 2400, noise: 0.05, dead: ['LOC07'] });
  const hours = 24;
  const events = bus.run(hours * 3_600_000 - 1);
  const accounts = cycles(events);
  expect(accounts.length).toBeGreaterThanOrEqual(hours * 60 - 1);
  let read = 0;
  for (const account of accounts) {
    expect(total(account.fates)).toBe(21);
    expect(account.fates.read + missed(account)).toBe(21);
    read += account.fates.read;
  }
  const good = readouts(events).filter(({ outcome }) => outcome.kind === 'read');
  expect(good).toHaveLength(read);
  expect(read).toBeGreaterThan(100);
  expect(good.some(({ meter }) => meter === 'LOC07')).toBe(false);
  expect(bus.scheduler.now()).toBeGreaterThanOrEqual(epoch + hours * 3_600_000 - 1);
}, 60_000);
