/** Ten kills at random (seeded) instants, a broker's restart, InfluxDB away, a zombie and a rebalance, under a running replay. */
import { beforeAll, describe, expect, test } from 'vitest';
import { type FaultReport, runFaults } from './run.ts';

describe('what InfluxDB holds after ten kills and every other fault', () => {
  let report: FaultReport;
  const said: string[] = [];
  beforeAll(async () => {
    const say = (line: string): void => void said.push(line);
    report = await runFaults({ seed: 27, kills: 10, outageMs: 10_000, stuckMs: 180_000, say }).catch(
      (error: unknown) => {
        throw new Error(said.join('\n'), { cause: error });
      },
    );
  }, 600_000);

  test('equals an uninterrupted run, field by field but for revisions and instants', () => {
    expect(report.differences, said.join('\n')).toEqual([]);
    expect(report.results).toBeGreaterThan(500);
  });

  test('the account adds up to every record that was sent', () => {
    const { account, readings } = report;
    expect(Object.values(account).reduce((sum, count) => sum + count, 0)).toBe(readings);
    for (const [outcome, count] of Object.entries(account))
      if (outcome !== 'quarantined') expect([outcome, count]).toEqual([outcome, expect.any(Number)]);
    for (const outcome of ['used', 'duplicates', 'conflicts', 'glitches', 'late', 'rejected'] as const)
      expect([outcome, account[outcome] > 0]).toEqual([outcome, true]);
  });

  test('at least half of the kills of process fell into an open transaction', () => {
    expect(report.kills).toEqual({ process: 5, sink: 3, ingest: 2 });
    expect(report.inOpenTransaction * 2).toBeGreaterThanOrEqual(report.kills.process);
  });

  test('every record that ingest acknowledged has arrived', () => {
    expect(report.acknowledged).toBeGreaterThan(0);
    expect(report.arrived).toBeGreaterThanOrEqual(report.acknowledged);
  });

  test('the process that slept found out that it had been replaced, and whoever was asked to stop stopped', () => {
    expect(report.zombieNoticed).toBe(true);
    expect(new Set(report.gracefulExits)).toEqual(new Set([130]));
  });
});
