/** From records of the journal to what a results store takes; what is none of it is set aside with a code. */
import type { RejectCode } from '../domain/errors.ts';
import { measurements } from '../domain/measurements.ts';
import { parseReading, type Reading } from '../domain/reading.ts';
import type { Result } from '../domain/results.ts';
import type { Telemetry } from '../domain/telemetry.ts';
import type { JournalRecord, OutgoingRecord } from '../journal/port.ts';

export type SinkItem = Result | Reading | Telemetry;

export interface SetAside {
  readonly record: JournalRecord;
  readonly code: RejectCode;
  readonly reason: string;
}

export type SinkDecision =
  | { readonly take: 'item'; readonly item: SinkItem }
  | { readonly take: 'nothing' }
  | { readonly take: 'aside'; readonly aside: SetAside };

/**
 * Readings that are none are left alone: `process` reads the same topic and sets them aside. So are deletions: what no longer holds has
 * been rewritten before.
 */
export function decideRecord(record: JournalRecord): SinkDecision {
  const { topic, value } = record;
  if (value === null) return { take: 'nothing' };
  if (topic === 'readings') {
    const parsed = parseReading(value);
    return parsed.ok ? { take: 'item', item: parsed.value } : { take: 'nothing' };
  }
  if (typeof value !== 'object') return aside(record, 'RECORD_MALFORMED', 'not a JSON object');
  const { v, kind } = value as { v?: unknown; kind?: unknown };
  if (v !== 1) return aside(record, 'RECORD_VERSION', `version ${String(v)}`);
  if (typeof kind !== 'string' || !kinds[topic]?.has(kind))
    return aside(record, 'RECORD_MALFORMED', `kind ${String(kind)}`);
  return { take: 'item', item: value as Result | Telemetry };
}

/** The dead letter: the record, why, and where it stands. */
export function deadLetter({ record, code, reason }: SetAside, now: number): OutgoingRecord {
  const { topic, partition, offset, value, raw } = record;
  const building = (value as { building?: unknown } | null | undefined)?.building;
  return {
    topic: 'rejects',
    key: `${topic}/${partition}/${offset}`,
    building: typeof building === 'string' ? building : '',
    value: { v: 1, code, facts: { reason }, record: raw ?? value, topic, partition, offset, at: now },
  };
}

function aside(record: JournalRecord, code: RejectCode, reason: string): SinkDecision {
  return { take: 'aside', aside: { record, code, reason } };
}

const telemetryKinds: ReadonlySet<string> = new Set<Telemetry['kind']>(['meter_state', 'bus_health', 'pipeline']);
const resultKinds: ReadonlySet<string> = new Set(
  Object.keys(measurements).filter((name) => name !== 'reading' && !telemetryKinds.has(name)),
);
const kinds: Readonly<Partial<Record<JournalRecord['topic'], ReadonlySet<string>>>> = {
  results: resultKinds,
  telemetry: telemetryKinds,
};
