/**
 * A recorded capture as a link, for support: hex, one burst a line, `#` comments; what is written goes nowhere.
 *
 * A line that begins with an instant (ISO 8601 with offset) is played that long after the line before; others follow at
 * `gapMs`. When the capture ends the link is closed.
 */
import { readFileSync } from 'node:fs';
import {
  asyncScheduler,
  BehaviorSubject,
  distinctUntilChanged,
  EMPTY,
  map,
  type SchedulerLike,
  Subject,
  type Subscription,
} from 'rxjs';
import { fromHexLine } from '../mbus/hex.ts';
import type { ByteLink, LinkStatus } from './byte-link.ts';

export interface ReplayLinkOptions {
  readonly path: string;
  /** Between lines without an instant, default 200 ms. */
  readonly gapMs?: number | undefined;
  readonly scheduler?: SchedulerLike | undefined;
}

export interface CaptureLine {
  readonly bytes: Uint8Array;
  /** After the line before, ms; null where the capture does not say. */
  readonly afterMs: number | null;
}

/** Lines that are no hex are left out: a capture is seldom clean. */
export function readCapture(text: string): CaptureLine[] {
  const lines: CaptureLine[] = [];
  let before: number | undefined;
  for (const line of text.split(/\r?\n/)) {
    const stamped = /^\s*(\d{4}-\d\d-\d\dT[\d:.]+(?:Z|[+-]\d\d:?\d\d))\s+(.*)$/.exec(line);
    const bytes = fromHexLine(stamped?.[2] ?? line);
    if (!bytes || bytes.length === 0) continue;
    const at = stamped?.[1] === undefined ? Number.NaN : Date.parse(stamped[1]);
    const known = Number.isFinite(at);
    lines.push({ bytes, afterMs: known && before !== undefined ? Math.max(0, at - before) : null });
    before = known ? at : undefined;
  }
  return lines;
}

/** The file is read at `open`; one that cannot be read closes the link with the reason. */
export function createReplayLink(options: ReplayLinkOptions): ByteLink {
  const { path, gapMs = 200, scheduler = asyncScheduler } = options;
  const bytes = new Subject<Uint8Array>();
  const status = new BehaviorSubject<LinkStatus>({ state: 'idle', attempts: 0 });
  let playing: Subscription | undefined;

  function end(reason: string): void {
    status.next({ state: 'closed', reason, attempts: 0 });
    bytes.complete();
  }

  function play(lines: readonly CaptureLine[], position: number): void {
    const line = lines[position];
    if (!line) {
      end('end of the capture');
      return;
    }
    playing = scheduler.schedule(() => {
      bytes.next(line.bytes);
      play(lines, position + 1);
    }, line.afterMs ?? gapMs);
  }

  return {
    bytes$: bytes.asObservable(),
    status$: status.asObservable(),
    connected$: status.pipe(
      map(({ state }) => state === 'connected'),
      distinctUntilChanged(),
    ),
    get connected() {
      return status.value.state === 'connected';
    },
    open() {
      if (status.value.state !== 'idle') return;
      try {
        const lines = readCapture(readFileSync(path, 'utf8'));
        status.next({ state: 'connected', attempts: 0 });
        play(lines, 0);
      } catch (error) {
        end(error instanceof Error ? error.message : String(error));
      }
    },
    write: () => EMPTY,
    reconnect() {},
    close() {
      playing?.unsubscribe();
      if (status.value.state !== 'closed') end('closed');
      return Promise.resolve();
    },
  };
}
