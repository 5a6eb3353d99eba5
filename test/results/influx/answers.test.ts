/** Every answer InfluxDB can give, from a server that plays them. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gunzipSync } from 'node:zlib';
import { afterEach, describe, expect, test } from 'vitest';
import { createInfluxResults } from '../../../results/influx/results.ts';
import { day0, meterDay, storedReading } from '../../contract/results.fixtures.ts';

const building = 'B1';
const clock = { now: () => day0 };

let server: Server | undefined;
afterEach(() => server?.close());

/** Answers each write by its lines; returns the store and the numbers of lines of each request. */
async function storeAnswering(answer: (lines: string[]) => { status: number; headers?: Record<string, string> }) {
  const requests: number[] = [];
  const playing = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const body = Buffer.concat(chunks);
      const lines = (request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body).toString().split('\n');
      requests.push(lines.length);
      const { status, headers = {} } = answer(lines);
      response
        .writeHead(status, headers)
        .end(status === 204 ? undefined : JSON.stringify({ code: 'x', message: 'played' }));
    });
  });
  server = playing;
  await new Promise<void>((resolve) => playing.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(playing.address() as AddressInfo).port}`;
  return { results: createInfluxResults({ url, org: 'o', token: 't', clock }), requests };
}

describe('answers', () => {
  const table: readonly [status: number, headers: Record<string, string>, outcome: object][] = [
    [204, {}, { outcome: 'done', refused: [] }],
    [400, {}, { outcome: 'done', refused: [{ reason: expect.stringMatching(/^400 .*played/) }] }],
    [413, {}, { outcome: 'done', refused: [{}] }],
    [422, {}, { outcome: 'done', refused: [{}] }],
    [401, {}, { outcome: 'stop', reason: expect.stringMatching(/^401/) }],
    [403, {}, { outcome: 'stop' }],
    [404, {}, { outcome: 'stop' }],
    [429, { 'retry-after': '7' }, { outcome: 'retry', afterMs: 7000 }],
    [500, {}, { outcome: 'retry' }],
    [503, {}, { outcome: 'retry', reason: expect.stringMatching(/^503/), afterMs: expect.any(Number) }],
  ];
  test.each(table)('%i', async (status, headers, outcome) => {
    const { results, requests } = await storeAnswering(() => ({ status, headers }));
    expect(await results.write([meterDay(building)])).toMatchObject(outcome);
    expect(requests).toEqual([1]);
  });

  test('one bad line among many is found by halves, the others are stored', async () => {
    const stored = new Set<string>();
    const { results, requests } = await storeAnswering((lines) => {
      if (lines.some((line) => line.includes('meter=BAD'))) return { status: 422 };
      for (const line of lines) stored.add(line);
      return { status: 204 };
    });
    const good = Array.from({ length: 1000 }, (_, n) => storedReading(building, 'LOC01', n));
    const bad = storedReading(building, 'BAD', 0);
    const outcome = await results.write([...good.slice(0, 700), bad, ...good.slice(700)]);
    expect(outcome).toMatchObject({ outcome: 'done', refused: [{ item: bad }] });
    expect(stored.size).toBe(1000);
    expect(requests.length).toBeLessThan(25);
  });

  test('large writes go in requests of 5000 lines, the last of one key only', async () => {
    const { results, requests } = await storeAnswering(() => ({ status: 204 }));
    const items = Array.from({ length: 12_000 }, (_, n) => storedReading(building, 'LOC01', n % 11_000));
    expect(await results.write(items)).toEqual({ outcome: 'done', refused: [] });
    expect(requests.sort((a, b) => a - b)).toEqual([1000, 5000, 5000]);
  });

  test('nothing to write asks nothing', async () => {
    const { results, requests } = await storeAnswering(() => ({ status: 500 }));
    expect(await results.write([])).toEqual({ outcome: 'done', refused: [] });
    expect(requests).toEqual([]);
  });
});
