/** The questions of `docs/flux.md`, taken out of the page and run with a token that only reads: each gives the answer written under it. */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { measurements } from '../../domain/measurements.ts';
import { type InfluxServer, startInflux } from '../../infra/native/influx.ts';
import type { InfluxConnection } from '../../results/influx/admin-request.ts';
import { endedDays } from '../dashboards/dataset/clock.ts';
import { buildingDayOf, meterDayOf } from '../dashboards/dataset/days.ts';
import { ask, type Row, type Value } from '../dashboards/dataset/flux-answer.ts';
import { loadDataset } from '../dashboards/dataset/influx.ts';
import { energies } from '../dashboards/dataset/load.ts';
import { buildingPeriods, sumOfDays } from '../dashboards/dataset/periods.ts';

const page = readFileSync(join(import.meta.dirname, '../../docs/flux.md'), 'utf8');
const questions = [
  ...page.matchAll(/^### (\d+)\. (.+)\n[\s\S]*?```flux\n([\s\S]*?)```\n\n```csv\n([\s\S]*?)```/gm),
].map(([, number, title, flux, answer]) => ({ number: Number(number), title: title!, flux: flux!, answer: answer! }));

let folder: string;
let influx: InfluxServer;
let reader: InfluxConnection;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'releve-flux-'));
  influx = await startInflux({ dir: folder });
  reader = await loadDataset(influx);
});
afterAll(async () => {
  await influx?.stop();
  rmSync(folder, { recursive: true, force: true });
});

test('twenty questions, numbered', () => {
  expect(questions.map(({ number }) => number)).toEqual(Array.from({ length: 20 }, (_, index) => index + 1));
  expect(page.match(/^### /gm)).toHaveLength(20);
});

test.each(questions)('$number. $title', async ({ flux, answer }) => {
  const wanted = parse(answer, { columns: true }) as Readonly<Record<string, string>>[];
  const begun = performance.now();
  const rows = (await ask(reader, flux)).flatMap((table) => table.rows);
  console.log(`${(performance.now() - begun).toFixed(0)} ms`);
  expect(rows).toHaveLength(wanted.length);
  wanted.forEach((row, index) => {
    expect(Object.keys(rows[index]!).sort()).toEqual(Object.keys(row).sort());
    for (const [column, text] of Object.entries(row)) expectCell(rows[index]![column]!, text);
  });
});

describe('the answers are those of the data set', () => {
  const answerOf = (title: string): Row[] =>
    parse(questions.find((question) => question.title.startsWith(title))!.answer, {
      columns: true,
      cast: true,
    }) as Row[];

  test('days, weeks and months', () => {
    expect(answerOf('What did the building use')[0]!.kwh).toBe(buildingDayOf('2026-03-29').generalWh! / 1000);
    expect(answerOf('Local days').map(({ wh }) => wh)).toEqual(
      ['2026-03-28', '2026-03-29'].map((date) => meterDayOf('LOC01', date).energyWh),
    );
    const monday = Date.parse('2026-03-22T23:00:00Z');
    expect(answerOf('Weeks').at(-1)!.kwh).toBe(sumOfDays('LOC07', monday, Date.parse('2026-03-29T22:00:00Z')) / 1000);
    expect(answerOf('Calendar months').map(({ wh }) => wh)).toEqual(
      ['2026-01-01', '2026-02-01'].map(
        (date) => buildingPeriods.find((found) => found.period === 'month' && found.date === date)!.tenantsWh,
      ),
    );
  });

  test('percentiles and durations, counted from the readings', () => {
    const march = endedDays.find(({ date }) => date === '2026-03-01')!;
    const from = (march.start - endedDays[0]!.start) / 900_000;
    // The 29th has 23 hours.
    const powers = energies
      .get('GLOBAL')!
      .subarray(from, from + 29 * 96 - 4)
      .map((energy) => energy * 4);
    const sorted = [...powers].sort((a, b) => a - b);
    expect(answerOf('Percentiles').map(({ w }) => w)).toEqual(
      [0.5, 0.95].map((q) => sorted[Math.ceil(q * sorted.length) - 1]),
    );
    expect(answerOf('How long below').map(({ hours }) => hours)).toEqual(
      [5000, 7500, 10_000, 15_000, 20_000].map((level) => sorted.filter((power) => power <= level).length / 4),
    );
  });
});

test('the schema names every measurement', () => {
  for (const measurement of Object.keys(measurements)) expect(page).toContain(`\`${measurement}\``);
});

test('the token of the readers does not write', async () => {
  const address = `${reader.url}/api/v2/write?${new URLSearchParams({ org: reader.org, bucket: 'releve_daily' })}`;
  const answer = await fetch(address, {
    method: 'POST',
    headers: { authorization: `Token ${reader.token}` },
    body: 'meter_day,building=X energy_wh=1i',
  });
  expect(answer.status).toBeGreaterThanOrEqual(400);
});

function expectCell(value: Value, text: string): void {
  if (typeof value === 'number') expect(value).toBeCloseTo(Number(text), 5);
  else expect(value === null ? '' : String(value)).toBe(text);
}
