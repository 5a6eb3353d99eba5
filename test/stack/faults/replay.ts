/**
 * A running replay: the past of some buildings, appended instant by instant, with everything that real readings do: twice the same, another index
 * for the same instant, wild indices, hours late, days late, unknown meters, records that are none. The same seed gives the same records.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Building } from '../../../domain/building.ts';
import type { Reading } from '../../../domain/reading.ts';
import { history } from '../../../ingest/simulator/history.ts';
import { type Journal, type OutgoingRecord, readingRecord } from '../../../journal/port.ts';

export interface ReplayOptions {
  readonly journal: Journal;
  readonly buildings: readonly Building[];
  readonly random: () => number;
  /** Epoch ms of the last instant that may be told. */
  readonly end: number;
  readonly days: number;
  /** Pause after each instant; short, so that transactions follow each other without pause. */
  readonly pauseMs: number;
}

export interface Replay {
  readonly sent: number;
  /** Resolves when what was begun is acknowledged; rejects where the replay came to its end before. */
  stop(): Promise<void>;
}

const hourMs = 3_600_000;
const quarterMs = 900_000;

export function startReplay(options: ReplayOptions): Replay {
  const { journal, pauseMs } = options;
  let sent = 0;
  let stopped = false;
  const done = (async () => {
    for (const records of instants(options)) {
      if (stopped) return;
      await appendUntilTaken(journal, records);
      sent += records.length;
      await sleep(pauseMs);
    }
    throw new Error(`the replay of ${options.days} days was too short for the faults`);
  })();
  done.catch(() => undefined);
  return {
    get sent() {
      return sent;
    },
    stop() {
      stopped = true;
      return done;
    },
  };
}

/** While the broker is away the outcome of an append is not known: what is sent again may stand twice. */
async function appendUntilTaken(journal: Journal, records: readonly OutgoingRecord[]): Promise<void> {
  for (;;) {
    try {
      return await journal.append(records);
    } catch {
      await sleep(500);
    }
  }
}

/** The records of one instant after the other; those held back come hours later. */
function* instants({ buildings, random, end, days }: ReplayOptions): Generator<OutgoingRecord[]> {
  const pasts = buildings.map((building, index) =>
    history(building, { days, end, seed: index + 1, leakW: index % 2 === 0 ? 250 : 0, intervalMs: quarterMs }),
  );
  const next = pasts.map((past) => past.next());
  const held: { readonly until: number; readonly reading: Reading }[] = [];
  for (;;) {
    const at = Math.min(...next.map((each) => (each.done ? Number.POSITIVE_INFINITY : each.value.at)));
    if (at === Number.POSITIVE_INFINITY) return;
    const records: OutgoingRecord[] = [];
    for (const [index, past] of pasts.entries()) {
      for (let each = next[index]!; !each.done && each.value.at === at; each = past.next(), next[index] = each) {
        records.push(...faulty(each.value, random, held));
      }
    }
    while (held.length > 0 && held[0]!.until <= at)
      records.push(readingRecord({ ...held.shift()!.reading, receivedAt: at }));
    yield records;
  }
}

function faulty(
  reading: Reading,
  random: () => number,
  held: { readonly until: number; readonly reading: Reading }[],
): OutgoingRecord[] {
  const draw = random();
  const { building, at, energyImportWh } = reading;
  if (draw < 0.01) {
    held.push({ until: at + 5 * hourMs, reading });
    return [];
  }
  const good = readingRecord(reading);
  if (draw < 0.03) return [good, good];
  if (draw < 0.035) return [good, readingRecord({ ...reading, energyImportWh: energyImportWh + 3 })];
  if (draw < 0.04) return [readingRecord({ ...reading, energyImportWh: energyImportWh + 90_000_000 })];
  if (draw < 0.042) return [good, readingRecord({ ...reading, at: at - 96 * hourMs })];
  if (draw < 0.044) return [good, readingRecord({ ...reading, meter: 'LOC99' })];
  if (draw < 0.045) return [good, { ...good, value: { v: 1, building, meter: reading.meter } }];
  if (draw < 0.046) return [good, { ...good, value: ['no', 'reading'] }];
  return [good];
}
