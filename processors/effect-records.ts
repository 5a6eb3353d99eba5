/** Effects as records of their topics. */
import { resultKey } from '../domain/results.ts';
import type { OutgoingRecord } from '../journal/port.ts';
import type { Effects } from './effects.ts';

export function effectRecords(effects: Effects, partition: number): OutgoingRecord[] {
  const records: OutgoingRecord[] = [];
  for (const result of effects.results)
    records.push({ topic: 'results', key: resultKey(result), building: result.building, value: result });
  for (const { reading, code, lateMs } of effects.late)
    records.push({
      topic: 'late',
      key: `${reading.building}/${reading.meter}/${reading.at}`,
      building: reading.building,
      value: { v: 1, code, lateMs, partition, record: reading },
    });
  for (const { code, facts, record } of effects.rejects) {
    const building = buildingOf(record);
    records.push({ topic: 'rejects', key: building, building, value: { v: 1, code, ...facts, partition, record } });
  }
  for (const point of effects.telemetry) {
    const building = 'building' in point ? point.building : 'pipeline';
    records.push({ topic: 'telemetry', key: building, building, value: point });
  }
  return records;
}

function buildingOf(record: unknown): string {
  const building = (record as { building?: unknown } | null | undefined)?.building;
  return typeof building === 'string' && building !== '' ? building : 'unknown';
}
