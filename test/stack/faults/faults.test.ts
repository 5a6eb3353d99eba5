/** Ten kills at random (seeded) instants, a broker's restart, InfluxDB away, a zombie and a rebalance, under a running replay. */
import { expect, test } from 'vitest';
import type { FaultReport } from './report.ts';
import { runFaults } from './run.ts';

test('what InfluxDB holds after ten kills and every other fault equals an uninterrupted run', async () => {
  const said: string[] = [];
  const say = (line: string): void => void said.push(`${new Date().toISOString()} ${line}`);
  const report = await runFaults({
    seed: 27,
    kills: 10,
    outageMs: 10_000,
    pauseMs: 100,
    stuckMs: 120_000,
    say,
  }).catch((error: unknown) => {
    throw new Error(said.join('\n'), { cause: error });
  });
  const story = said.join('\n');

  expect(report.differences, story).toEqual([]);
  expect(report.results).toBeGreaterThan(500);
  accountAddsUp(report);

  expect(report.kills).toEqual({ process: expect.any(Number), sink: 3, ingest: 2 });
  expect(report.kills.process).toBeGreaterThanOrEqual(5);
  expect(report.inOpenTransaction * 2, story).toBeGreaterThanOrEqual(report.kills.process);
  expect(report.zombieNoticed).toBe(true);
  expect(new Set(report.gracefulExits)).toEqual(new Set([130]));

  expect(report.acknowledged).toBeGreaterThan(0);
  expect(report.arrived, 'records that ingest acknowledged').toBeGreaterThanOrEqual(report.acknowledged);
}, 900_000);

function accountAddsUp({ account, readings }: FaultReport): void {
  expect(Object.values(account).reduce((sum, count) => sum + count, 0)).toBe(readings);
  for (const outcome of ['used', 'duplicates', 'conflicts', 'glitches', 'late', 'rejected'] as const)
    expect([outcome, account[outcome] > 0]).toEqual([outcome, true]);
}
