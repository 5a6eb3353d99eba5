import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { map, timestamp, toArray, VirtualTimeScheduler } from 'rxjs';
import { afterEach, expect, test } from 'vitest';
import type { LinkStatus } from '../../../ingest/transport/byte-link.ts';
import { createReplayLink, readCapture } from '../../../ingest/transport/replay.ts';

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

function capture(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'releve-capture-'));
  folders.push(folder);
  const path = join(folder, 'capture.hex');
  writeFileSync(path, text);
  return path;
}

function play(path: string): { readonly bursts: [number, string][]; readonly statuses: LinkStatus[] } {
  const scheduler = new VirtualTimeScheduler();
  const link = createReplayLink({ path, scheduler });
  let bursts: [number, string][] = [];
  const statuses: LinkStatus[] = [];
  link.status$.subscribe((status) => statuses.push(status));
  link.bytes$
    .pipe(
      timestamp(scheduler),
      map(({ timestamp: at, value }): [number, string] => [at, Buffer.from(value).toString('hex')]),
      toArray(),
    )
    .subscribe((all) => {
      bursts = all;
    });
  link.open();
  scheduler.flush();
  return { bursts, statuses };
}

test('plays the lines in order, at the distances that their instants say, and ends', () => {
  const { bursts, statuses } = play(
    capture(
      [
        '# a capture',
        '2026-03-01T10:00:00Z 10 5B 01 5C 16',
        '2026-03-01T10:00:01.500Z 68 03 03 68',
        '',
        'E5',
        'not hex',
        '10 40',
      ].join('\n'),
    ),
  );
  expect(bursts).toEqual([
    [200, '105b015c16'],
    [1700, '68030368'],
    [1900, 'e5'],
    [2100, '1040'],
  ]);
  expect(statuses.map(({ state }) => state)).toEqual(['idle', 'connected', 'closed']);
});

test('a file that is not there closes the link and says so', () => {
  const { bursts, statuses } = play('/nowhere/capture.hex');
  expect(bursts).toEqual([]);
  expect(statuses.at(-1)).toMatchObject({ state: 'closed', reason: expect.stringMatching(/ENOENT/) });
});

test('an instant that is earlier than the one before is played at once', () => {
  expect(readCapture('2026-03-01T10:00:02Z E5\n2026-03-01T10:00:01Z E5').map(({ afterMs }) => afterMs)).toEqual([
    null,
    0,
  ]);
});
