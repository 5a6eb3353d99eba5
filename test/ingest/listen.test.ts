import { EMPTY, map, merge, type Observable, timer, toArray, VirtualTimeScheduler } from 'rxjs';
import { describe, expect, test } from 'vitest';
import { type ListenEvent, type ListenOptions, listen, readingsOf } from '../../ingest/listen.ts';
import { type E450Push, type E450Value, encodeE450Frames, encodeE450Push } from '../../ingest/simulator/e450.ts';
import { authKey, cipher, key } from './dlms/pushes.ts';

interface Arrival {
  readonly at: number;
  readonly bytes: Uint8Array;
}

const options = { building: 'B1', meter: 'LOC01', keys: { encryption: key, authentication: authKey } };
const s = 1000;

let invocation = 0;
function push(indexWh: number | undefined, powerW: number, change: Partial<E450Push> = {}): Uint8Array {
  invocation += 1;
  const index: readonly E450Value[] = indexWh === undefined ? [] : [{ obis: '1-1:1.8.0', value: indexWh }];
  const values = [...index, { obis: '1-0:1.7.0', value: powerW }];
  return encodeE450Push({ shape: 'list', framing: 'hdlc', values, invocation, cipher, ...change });
}

/** Plays arrivals in virtual time until `until`, and gives what the listener says. */
function play(arrivals: readonly Arrival[], until: number, change: Partial<ListenOptions> = {}): ListenEvent[] {
  const scheduler = new VirtualTimeScheduler();
  const bytes$: Observable<Uint8Array> = merge(
    ...arrivals.map(({ at, bytes }) => timer(at, scheduler).pipe(map(() => bytes))),
    timer(until, scheduler).pipe(map(() => new Uint8Array(0))),
    EMPTY,
  );
  let events: ListenEvent[] = [];
  listen(bytes$, { ...options, ...change, scheduler })
    .pipe(toArray())
    .subscribe((all) => {
      events = all;
    });
  scheduler.flush();
  return events;
}

const of = <Kind extends ListenEvent['kind']>(events: readonly ListenEvent[], kind: Kind) =>
  events.filter((event): event is Extract<ListenEvent, { kind: Kind }> => event.kind === kind);
const readings = (events: readonly ListenEvent[]) => of(events, 'reading').map(({ reading }) => reading);

describe('thinning', () => {
  test('one reading an interval: the last index with its instant, the greatest power', () => {
    const arrivals = Array.from({ length: 24 }, (_, n) => ({
      at: n * 5 * s + 1,
      bytes: push(1000 + n, n === 3 ? 9000 : 100 + n),
    }));
    const events = play(arrivals, 119 * s);
    expect(of(events, 'push')).toHaveLength(24);
    expect(readings(events)).toEqual([
      {
        building: 'B1',
        meter: 'LOC01',
        at: 55_001,
        energyImportWh: 1011,
        resolutionWh: 1,
        registerLimitWh: 4_294_967_296,
        powerW: 9000,
        source: 'dlms',
        receivedAt: 55_001,
      },
      {
        building: 'B1',
        meter: 'LOC01',
        at: 115_001,
        energyImportWh: 1023,
        resolutionWh: 1,
        registerLimitWh: 4_294_967_296,
        powerW: 123,
        source: 'dlms',
        receivedAt: 115_001,
      },
    ]);
    expect(of(events, 'reading')[0]).toMatchObject({ at: 60_000 });
  });

  test('a power that cannot be is left out before the greatest one of the interval is taken', () => {
    const arrivals = [1500, 11_000_000, 900].map((powerW, n) => ({ at: n * 5 * s + 1, bytes: push(2000 + n, powerW) }));
    const events = play(arrivals, 61 * s, { maxPowerW: 36_000 });
    expect(of(events, 'implausible')).toEqual([{ kind: 'implausible', at: 5001, fields: ['powerW'] }]);
    expect(readings(events)).toMatchObject([{ energyImportWh: 2002, powerW: 1500 }]);
  });

  test('a multiplier that a declared event changes holds from its instant on', () => {
    const arrivals = [1, 70].map((second) => ({ at: second * s, bytes: push(3000, 100) }));
    const events = play(arrivals, 121 * s, { multiplierAt: (at) => (at < 60 * s ? 1 : 40) });
    expect(readings(events)).toMatchObject([
      { energyImportWh: 3000, powerW: 100, registerLimitWh: 4_294_967_296 },
      { energyImportWh: 120_000, powerW: 4000, registerLimitWh: 171_798_691_840 },
    ]);
  });

  test('a reading is given at the end of its interval although nothing follows', () => {
    const events = play([{ at: 10 * s, bytes: push(5, 1) }], 170 * s);
    expect(of(events, 'reading').map(({ at }) => at)).toEqual([60_000]);
  });

  test('another interval', () => {
    const arrivals = Array.from({ length: 6 }, (_, n) => ({ at: n * 5 * s + 1, bytes: push(n, 1) }));
    expect(
      readings(play(arrivals, 30 * s, { intervalMs: 10 * s })).map(({ energyImportWh }) => energyImportWh),
    ).toEqual([1, 3, 5]);
  });

  test('index and power in different pushes', () => {
    const arrivals = [
      { at: 1 * s, bytes: push(undefined, 300) },
      { at: 20 * s, bytes: push(77, 100) },
      { at: 40 * s, bytes: push(undefined, 200) },
    ];
    expect(readings(play(arrivals, 60 * s))).toMatchObject([{ at: 20 * s, energyImportWh: 77, powerW: 300 }]);
  });

  test('pushes without an index are told once', () => {
    const arrivals = Array.from({ length: 20 }, (_, n) => ({ at: n * 10 * s + 1, bytes: push(undefined, n) }));
    const events = play(arrivals, 200 * s);
    expect(readings(events)).toEqual([]);
    expect(of(events, 'fault')).toMatchObject([{ code: 'INDEX_ABSENT', facts: { pushes: 6 } }]);
  });

  test('readingsOf gives the readings alone', () => {
    const scheduler = new VirtualTimeScheduler();
    const seen: number[] = [];
    readingsOf(listen(timer(5, scheduler).pipe(map(() => push(42, 1))), { ...options, scheduler })).subscribe(
      ({ energyImportWh }) => seen.push(energyImportWh),
    );
    scheduler.flush();
    expect(seen).toEqual([42]);
  });
});

describe('silence', () => {
  test('after more than three intervals, once, and heard again', () => {
    const events = play(
      [
        { at: 10 * s, bytes: push(1, 1) },
        { at: 600 * s, bytes: push(2, 1) },
      ],
      660 * s,
    );
    expect(of(events, 'silent')).toEqual([{ kind: 'silent', at: 195 * s, since: 10 * s }]);
    expect(of(events, 'heard')).toEqual([{ kind: 'heard', at: 600 * s, silentMs: 590 * s }]);
  });

  test('a meter never heard', () => {
    expect(of(play([], 400 * s), 'silent')).toEqual([{ kind: 'silent', at: 185 * s, since: null }]);
  });

  test('noise is not life', () => {
    const arrivals = Array.from({ length: 40 }, (_, n) => ({ at: n * 10 * s, bytes: Uint8Array.of(1, 2, 3) }));
    expect(of(play(arrivals, 400 * s), 'silent')).toHaveLength(1);
  });
});

describe('the line', () => {
  const framesOf = (indexWh: number, change: Partial<E450Push> = {}) => {
    invocation += 1;
    const values = Array.from({ length: 20 }, (_, n) => ({ obis: `1-0:1.8.${n}`, value: indexWh + n }));
    return encodeE450Frames({ shape: 'flat', framing: 'hdlc', values, invocation, ...change });
  };

  test('blocks of two pushes are never put together', () => {
    // Plain pushes of three blocks; the second loses its first block: nothing but time tells them apart.
    const [first] = framesOf(1000);
    const rest = framesOf(2000).slice(1);
    const arrivals = [
      { at: 1 * s, bytes: first! },
      ...rest.map((bytes, n) => ({ at: 6 * s + n * 600, bytes })),
      ...framesOf(3000).map((bytes, n) => ({ at: 11 * s + n * 600, bytes })),
    ];
    const events = play(arrivals, 60 * s, { keys: undefined });
    expect(of(events, 'push')).toHaveLength(1);
    expect(readings(events)).toMatchObject([{ energyImportWh: 3000 }]);
    expect(of(events, 'fault').map(({ code }) => code)).toEqual(['BLOCK_LOST', 'BLOCK_LOST']);
  });

  test('a pause inside a frame does not lose it', () => {
    const bytes = push(5, 1, { blockBytes: 1000 });
    const arrivals = [
      { at: 1 * s, bytes: bytes.slice(0, 30) },
      { at: 3 * s, bytes: bytes.slice(30) },
    ];
    expect(readings(play(arrivals, 60 * s))).toMatchObject([{ energyImportWh: 5, at: 3 * s }]);
  });

  test('a replayed push is refused and is no life', () => {
    const bytes = push(5, 1);
    const events = play(
      [
        { at: 1 * s, bytes },
        { at: 100 * s, bytes },
      ],
      200 * s,
    );
    expect(of(events, 'fault')).toMatchObject([{ at: 100 * s, code: 'INVOCATION_REPLAYED' }]);
    expect(of(events, 'silent')).toHaveLength(1);
    expect(readings(events)).toHaveLength(1);
  });

  test('counters accepted before a restart are still refused after it', () => {
    const bytes = push(5, 1);
    const [heard] = of(play([{ at: 1 * s, bytes }], 2 * s), 'push');
    const events = play([{ at: 1 * s, bytes }], 2 * s, { invocations: heard!.invocations });
    expect(of(events, 'fault')).toMatchObject([{ code: 'INVOCATION_REPLAYED' }]);
  });

  test('with an authentication key, a message without tag is refused', () => {
    const untagged = push(5, 1, { cipher: { systemTitle: cipher.systemTitle, key } });
    const events = play([{ at: 1 * s, bytes: untagged }], 60 * s);
    expect(of(events, 'fault')).toMatchObject([{ code: 'CIPHER_UNAUTHENTICATED' }]);
    expect(readings(events)).toEqual([]);
    expect(readings(play([{ at: 1 * s, bytes: untagged }], 60 * s, { keys: { encryption: key } }))).toHaveLength(1);
  });

  test('broken bytes are told with their number, the next push is read', () => {
    const broken = push(5, 1);
    const arrivals = [
      { at: 1 * s, bytes: broken.with(20, broken[20]! ^ 1) },
      { at: 6 * s, bytes: push(6, 1) },
    ];
    const events = play(arrivals, 60 * s);
    expect(readings(events)).toMatchObject([{ energyImportWh: 6 }]);
    expect(of(events, 'fault')[0]).toMatchObject({ code: 'HDLC_FCS', discardedBytes: expect.any(Number) });
  });

  test('what is held is given when the line ends', () => {
    expect(readings(play([{ at: 1 * s, bytes: push(5, 1) }], 2 * s))).toHaveLength(1);
  });
});

test('a day of pushes with one byte in fifty broken: no wrong reading, nothing thrown', () => {
  let state = 12345;
  const random = (below: number) => {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    return (state >>> 8) % below;
  };
  const arrivals = Array.from({ length: 1440 }, (_, n) => {
    const bytes = push(10_000 + n, 500, { blockBytes: 60 });
    return {
      at: n * 60 * s + 7,
      bytes: n % 3 === 0 ? bytes : bytes.map((byte) => (random(50) === 0 ? random(256) : byte)),
    };
  });
  const seen = readings(play(arrivals, 86_400 * s));
  expect(seen.length).toBeGreaterThan(480);
  for (const { at, energyImportWh } of seen) expect(energyImportWh).toBe(10_000 + Math.floor(at / 60_000));
});
