/**
 * Time in ingest, drawn: every operator and source on RxJS's test scheduler. A letter takes one millisecond, as do `-` and what stands between
 * groups; `9ms` is nine of them.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { filter, map, type Observable } from 'rxjs';
import { TestScheduler } from 'rxjs/testing';
import { describe, expect, test } from 'vitest';
import { createDelivery, type DeliveryEvent } from '../../ingest/delivery.ts';
import { listen } from '../../ingest/listen.ts';
import { exhaustOr } from '../../ingest/operators/exhaust-or.ts';
import { type CycleEvent, type PollOptions, poll } from '../../ingest/poll.ts';
import { encodeE450Push } from '../../ingest/simulator/e450.ts';
import { createLine } from '../../ingest/simulator/line.ts';
import { createLineLink } from '../../ingest/simulator/line-link.ts';
import { createSlave } from '../../ingest/simulator/slave.ts';
import { openSpool } from '../../ingest/spool.ts';
import { createReconnectingLink } from '../../ingest/transport/reconnecting-link.ts';

const scheduler = () => new TestScheduler((actual, expected) => expect(actual).toEqual(expected));

describe('exhaustOr: the schedule', () => {
  test('work that is done before the next tick: nothing is left out', () => {
    scheduler().run(({ hot, cold, expectObservable }) => {
      const ticks = hot('      a---b---c---|');
      const work = cold('      -r|');
      const expected = '       -r---r---r--|';
      expectObservable(ticks.pipe(exhaustOr(() => work, String))).toBe(expected);
    });
  });

  test('ticks while it runs are left out and told at once, and not made up for', () => {
    scheduler().run(({ hot, cold, expectObservable, expectSubscriptions }) => {
      const ticks = hot('      a--b--c--d--e---|');
      const work = cold('      ----r--|');
      const started = ['                      ^------!', '                      ---------^------!'];
      const expected = '       ---br-c-----er--|';
      expectObservable(
        ticks.pipe(
          exhaustOr(
            () => work,
            (tick) => tick,
          ),
        ),
      ).toBe(expected);
      expectSubscriptions(work.subscriptions).toBe(started);
    });
  });

  test('a tick at the instant at which the work ends starts anew', () => {
    scheduler().run(({ hot, cold, expectObservable }) => {
      const work = cold('      ---(r|)');
      const ticks = hot('      a---a---|');
      expectObservable(
        ticks.pipe(
          exhaustOr(
            () => work,
            () => 'x',
          ),
        ),
      ).toBe('---r---r|');
    });
  });

  test('an error of the work is an error of all', () => {
    scheduler().run(({ hot, cold, expectObservable }) => {
      const ticks = hot('      a---a');
      const work = cold('      --#');
      expectObservable(
        ticks.pipe(
          exhaustOr(
            () => work,
            () => 'x',
          ),
        ),
      ).toBe('--#');
    });
  });
});

/** A bus of slaves at 1, 2, … without line speed; those of `dead` hear nothing from `deadUntil` ms on backwards. */
function polled(
  clock: TestScheduler,
  meters: number,
  options: Partial<PollOptions> & { dead?: number; deadUntil?: number } = {},
): Observable<CycleEvent> {
  const { dead, deadUntil = Number.POSITIVE_INFINITY, ...rest } = options;
  const slaves = Array.from({ length: meters }, (_, position) => {
    const identity = { identification: String(position + 1), manufacturer: 'RLV', version: 1, medium: 2 };
    const data = Buffer.from('010000009349010200000000040310270000', 'hex');
    return createSlave({ primary: position + 1, identity, readOut: () => [{ controlInformation: 0x72, data }] });
  });
  const line = createLine(slaves, { seed: 1, scheduler: clock });
  const link = createLineLink({
    bytes$: line.bytes$,
    write(bytes) {
      if (bytes[2] !== dead || clock.now() >= deadUntil) line.write(bytes);
    },
  });
  const addresses = slaves.map(({ primary }) => ({ id: `m${primary}`, primary }));
  return poll(link, addresses, { intervalMs: 1000, timeoutMs: 100, retries: 2, scheduler: clock, ...rest }).pipe(
    filter((event) => event.kind === 'cycle'),
  );
}

const fate = ({ fates, reason }: CycleEvent): string =>
  reason ??
  Object.entries(fates)
    .flatMap(([name, count]) => (count > 0 ? [`${name} ${count}`] : []))
    .join(', ');

describe('poll: cycles', () => {
  // A first exchange rests 14 ms, resets, believes the E5 after 50 ms of quiet, rests 14 ms and asks: 78 ms; later ones rest and ask: 14 ms.
  test('every interval one cycle', () => {
    const clock = scheduler();
    clock.run(({ expectObservable }) => {
      expectObservable(polled(clock, 1).pipe(map(fate)), '^ 2500ms !').toBe('78ms a 935ms a 999ms a', {
        a: 'read 1',
      });
    });
  });

  test('a cycle that overruns: the ticks in it are told as skipped; the next tick starts one', () => {
    const clock = scheduler();
    clock.run(({ expectObservable }) => {
      // The dead meter costs six attempts of 14 + 100 ms behind the 78 ms of the live one: 762 ms.
      const cycles = polled(clock, 2, { dead: 2, intervalMs: 500 }).pipe(map(fate));
      expectObservable(cycles, '^ 1300ms !').toBe('500ms o 261ms a', { o: 'overrun', a: 'read 1, failed 1' });
    });
  });

  test('a silent meter is left out for 1, 3, 7 cycles, tried once each time, and read again when it is back', () => {
    const clock = scheduler();
    clock.run(({ expectObservable }) => {
      const cycles = polled(clock, 2, { dead: 2, deadUntil: 7500 }).pipe(map(fate));
      // Cycles 0 to 2 with three attempts; 3 left out; 4 with one attempt a telegram; 5 to 7 left out; back in 8.
      expectObservable(cycles, '^ 9500ms !').toBe(
        '762ms f 935ms f 999ms f 315ms b 1227ms f 771ms b 999ms b 999ms b 1077ms r 935ms r',
        { f: 'read 1, failed 1', b: 'read 1, backed_off 1', r: 'read 2' },
      );
    });
  });

  test('while the delivery is full the ticks are left out and told; the meter is asked no more', () => {
    const clock = scheduler();
    clock.run(({ hot, expectObservable }) => {
      let isFull = false;
      hot('500ms f 1999ms e').subscribe((mark) => {
        isFull = mark === 'f';
      });
      const cycles = polled(clock, 1, { mayRead: () => !isFull }).pipe(map(fate));
      expectObservable(cycles, '^ 3500ms !').toBe('78ms r 921ms d 999ms d 1013ms r', {
        r: 'read 1',
        d: 'delivery',
      });
    });
  });
});

describe('listen: thinning and silence', () => {
  // Twelve ticks an interval: an interval of 12 ms is looked at every millisecond.
  const options = { building: 'B1', meter: 'M1', intervalMs: 12, burstGapMs: 2 };
  let invocation = 0;
  const push = (indexWh: number, powerW: number): Uint8Array => {
    invocation += 1;
    return encodeE450Push({
      ...{ shape: 'flat', framing: 'hdlc', invocation },
      values: [
        { obis: '1-0:1.8.0', value: indexWh },
        { obis: '1-0:1.7.0', value: powerW },
      ],
    });
  };
  const said = (bytes$: Observable<Uint8Array>, clock: TestScheduler) =>
    listen(bytes$, { ...options, scheduler: clock }).pipe(
      filter(({ kind }) => kind !== 'push'),
      map((event) => {
        if (event.kind !== 'reading') return event.kind;
        const { at, energyImportWh, powerW } = event.reading;
        return { at, energyImportWh, powerW };
      }),
    );

  test('one reading an interval, at its end: the last index with its instant, the greatest power', () => {
    const clock = scheduler();
    clock.run(({ hot, expectObservable }) => {
      const bytes = { a: push(100, 5), b: push(101, 90), c: push(102, 7), d: push(103, 8) };
      //                 0           12          24
      const line = hot('--a--b--c------d---------', bytes);
      const expected = '------------x-----------y';
      expectObservable(said(line, clock), '^------------------------!').toBe(expected, {
        x: { at: 8, energyImportWh: 102, powerW: 90 },
        y: { at: 15, energyImportWh: 103, powerW: 8 },
      });
    });
  });

  test('three intervals without a push: silent, said once; then heard', () => {
    const clock = scheduler();
    clock.run(({ hot, expectObservable }) => {
      const bytes = { a: push(200, 5), b: push(201, 6) };
      const line = hot('-a- 57ms b', bytes);
      // Last heard at 1 ms; silent when more than 36 ms are over: at 38.
      expectObservable(said(line, clock), '^ 65ms !').toBe('12ms r 25ms s 21ms h', {
        r: { at: 1, energyImportWh: 200, powerW: 5 },
        s: 'silent',
        h: 'heard',
      });
    });
  });

  test('the end of the line gives what is held', () => {
    const clock = scheduler();
    clock.run(({ hot, expectObservable }) => {
      const line = hot('-a--|', { a: push(300, 5) });
      expectObservable(said(line, clock)).toBe('----(r|)', { r: { at: 1, energyImportWh: 300, powerW: 5 } });
    });
  });
});

test('a link that is refused waits 250 ms, then twice as long each time, 1 s at most', () => {
  const clock = scheduler();
  clock.run(({ expectObservable }) => {
    const link = createReconnectingLink(
      (events) => {
        clock.schedule(() => events.closed('refused'), 9);
        return { write() {}, destroy() {} };
      },
      { scheduler: clock, maximumWaitMs: 1000 },
    );
    link.open();
    const states = link.status$.pipe(map(({ state }) => state));
    clock.schedule(() => void link.close(), 3001);
    // Each attempt takes 9 ms and starts the wait behind it.
    expectObservable(states, '^ 3s !').toBe('c 8ms w 249ms c 8ms w 499ms c 8ms w 999ms c 8ms w 999ms c 8ms w 205ms x', {
      c: 'connecting',
      w: 'waiting',
      x: 'closed',
    });
  });
});

test('a journal that takes its time: after the patience the record is acknowledged in the spool, congestion ends', () => {
  const directory = mkdtempSync(join(tmpdir(), 'releve-marbles-'));
  const clock = scheduler();
  try {
    clock.run(({ hot, expectObservable }) => {
      const spool = openSpool({ directory });
      // A broker that never answers.
      const journal = { append: () => new Promise<void>(() => {}) };
      const delivery = createDelivery({ journal, spool, patienceMs: 20, waitingLimit: 2, scheduler: clock });
      const congested: [number, boolean][] = [];
      hot('--a-a-a-----------------------a').subscribe(() => {
        delivery.deliver([{ topic: 'readings', key: 'B', building: 'B', value: { v: 1, at: clock.now() } }]);
        congested.push([clock.now(), delivery.congested]);
      });
      const told = delivery.events$.pipe(
        map((event: DeliveryEvent) =>
          event.kind === 'acknowledged' ? `${event.records.length} in ${event.in}` : event.kind,
        ),
      );
      // The first is in flight from 2 ms on, two wait behind it; at 22 ms all three go to disk, later ones at once.
      expectObservable(told, '^ 40ms !').toBe('22ms (ab) 4ms a', { a: '1 in spool', b: '2 in spool' });
      clock.schedule(() => {
        expect(congested).toEqual([
          [2, false],
          [4, false],
          [6, true],
          [30, false],
        ]);
        delivery.stop();
        spool.close();
      }, 50);
    });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});
