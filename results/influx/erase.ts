/**
 * Forgetting a meter between two instants, by InfluxDB's delete API: everything with that meter's tag in `[from, to)`, but of its periods
 * those of a stay that begins there, or that lie wholly inside.
 */
import type { InfluxDB } from '@influxdata/influxdb-client';
import type { BucketName } from '../../domain/measurements.ts';
import type { MeterPeriod } from '../../domain/results.ts';
import type { ResultsEraser } from '../port.ts';
import { type InfluxConnection, influxRequest } from './admin-request.ts';
import { queryRows } from './query.ts';
import { fromRow } from './row.ts';

/** A year's period may begin this long before a stay in it. */
const longestPeriodMs = 366 * 86_400_000;

export function createEraser(client: InfluxDB, connection: InfluxConnection): ResultsEraser['forget'] {
  async function erase(
    bucket: BucketName,
    from: number,
    to: number,
    tags: Readonly<Record<string, string>>,
  ): Promise<void> {
    const predicate = Object.entries(tags)
      .map(([tag, value]) => `${tag}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`)
      .join(' AND ');
    const query = new URLSearchParams({ org: connection.org, bucket });
    // Whether the stop is inclusive or not, nothing of ours lies in the last nanosecond before a millisecond.
    const stop = new Date(to - 1).toISOString().replace('Z', '999999Z');
    await influxRequest(connection, 'POST', `/api/v2/delete?${query}`, {
      start: new Date(from).toISOString(),
      stop,
      predicate,
    });
  }

  return async ({ building, meter, from, to }) => {
    if (!(from < to)) return null;
    const tags = { building, meter };
    await erase('releve_raw', from, to, tags);
    await erase('releve_daily', from, to, tags);
    await erase('releve_periods', from, to, { _measurement: 'adjustment', ...tags });
    const range = { from: from - longestPeriodMs, to };
    const rows = await queryRows(client, connection.org, { measurement: 'meter_period', ...range, tags });
    for (const { period, occupancy, start, end } of rows.map((row) => fromRow<MeterPeriod>('meter_period', row))) {
      const whole = occupancy === 0;
      if (whole ? start < from || end > to : occupancy < from || occupancy >= to) continue;
      const exactly = { _measurement: 'meter_period', ...tags, period, occupancy: String(occupancy) };
      await erase('releve_periods', start, start + 1, exactly);
    }
    return null;
  };
}
