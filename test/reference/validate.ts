/**
 * Validation as the rules say it, on the whole set of a meter's readings sorted by instant: duplicates merged, the declared replacements
 * cut the set into chunks, each chunk is walked with the last accepted reading `a` and the quarantine P.
 */

export interface PlainReading {
  readonly at: number;
  readonly index: number;
  readonly power: number | null;
  readonly apparent: number | null;
  readonly resolution: number;
}

export interface Replacement {
  readonly at: number;
  readonly final: number | undefined;
  readonly initial: number | undefined;
}

export interface PlainRules {
  readonly maxPowerW: number;
  readonly limit: number | undefined;
  /** Ascending. */
  readonly replacements: readonly Replacement[];
}

/** A point of a segment: index with rollovers added; `reading` null where the index was declared. */
export interface Point {
  readonly at: number;
  readonly index: number;
  readonly reading: PlainReading | null;
}

export type Verdict = 'used' | 'conflict' | 'glitch' | 'quarantined';

export interface Validated {
  readonly segments: Point[][];
  readonly verdicts: Map<PlainReading, Verdict>;
  readonly duplicates: number;
}

const hourMs = 3_600_000;

export function validateAll(readings: readonly PlainReading[], rules: PlainRules): Validated {
  const distinct = merge(readings);
  const verdicts = new Map<PlainReading, Verdict>();
  const segments: Point[][] = [];
  const cuts = rules.replacements;
  for (let i = 0; i <= cuts.length; i++) {
    const from = cuts[i - 1];
    const to = cuts[i];
    const chunk = distinct.filter((r) => (!from || r.at >= from.at) && (!to || r.at < to.at));
    segments.push(...walk(chunk, from, to, rules, verdicts));
  }
  return { segments, verdicts, duplicates: readings.length - distinct.length };
}

function merge(readings: readonly PlainReading[]): PlainReading[] {
  const byKey = new Map<string, PlainReading>();
  for (const reading of readings) {
    const key = `${reading.at}/${reading.index}`;
    const known = byKey.get(key);
    byKey.set(key, {
      ...reading,
      power: greater(known?.power, reading.power),
      apparent: greater(known?.apparent, reading.apparent),
      resolution: Math.max(known?.resolution ?? 1, reading.resolution),
    });
  }
  return [...byKey.values()].sort((a, b) => a.at - b.at || a.index - b.index);
}

function greater(a: number | null | undefined, b: number | null): number | null {
  if (a == null) return b;
  return b == null ? a : Math.max(a, b);
}

function walk(
  chunk: readonly PlainReading[],
  from: Replacement | undefined,
  to: Replacement | undefined,
  rules: PlainRules,
  verdicts: Map<PlainReading, Verdict>,
): Point[][] {
  const done: Point[][] = [];
  let series: Point[] = [];
  let raw = 0;
  let added = 0;
  let quarantine: PlainReading[] = [];
  if (from?.initial !== undefined) {
    series.push({ at: from.at, index: from.initial, reading: null });
    raw = from.initial;
  }

  const isAdvance = (at: number, index: number, next: PlainReading): boolean => {
    const rise = BigInt(next.index) - BigInt(index);
    const most = Math.floor((rules.maxPowerW * (next.at - at)) / hourMs) + next.resolution;
    return rise >= 0n && rise <= BigInt(most);
  };
  const kindOf = (next: PlainReading): 'advance' | 'rollover' | 'suspect' => {
    const a = series[series.length - 1] as Point;
    if (isAdvance(a.at, raw, next)) return 'advance';
    const { limit } = rules;
    if (limit !== undefined && next.index < raw && raw * 10 > limit * 9 && isAdvance(a.at, raw - limit, next))
      return 'rollover';
    return 'suspect';
  };

  const instants = [...new Set(chunk.map((r) => r.at))];
  for (const at of instants) {
    const candidates = chunk.filter((r) => r.at === at);
    const believed = series.length === 0 ? undefined : candidates.find((r) => kindOf(r) !== 'suspect');
    const chosen = believed ?? (candidates[0] as PlainReading);
    for (const other of candidates) if (other !== chosen) verdicts.set(other, 'conflict');
    const kind = series.length === 0 ? 'advance' : kindOf(chosen);
    if (kind !== 'suspect') {
      if (kind === 'rollover') added += rules.limit as number;
      for (const r of quarantine) verdicts.set(r, 'glitch');
      quarantine = [];
      series.push({ at, index: chosen.index + added, reading: chosen });
      raw = chosen.index;
      verdicts.set(chosen, 'used');
      continue;
    }
    const last = quarantine[quarantine.length - 1];
    if (last && isAdvance(last.at, last.index, chosen)) quarantine.push(chosen);
    else {
      for (const r of quarantine) verdicts.set(r, 'glitch');
      quarantine = [chosen];
    }
    const first = quarantine[0] as PlainReading;
    if (quarantine.length >= 3 && at - first.at >= hourMs) {
      const only = series[0]?.reading;
      if (series.length === 1 && only) verdicts.set(only, 'glitch');
      else done.push(series);
      series = quarantine.map((r) => ({ at: r.at, index: r.index, reading: r }));
      for (const r of quarantine) verdicts.set(r, 'used');
      quarantine = [];
      added = 0;
      raw = chosen.index;
    }
  }
  for (const r of quarantine) verdicts.set(r, 'quarantined');
  const a = series[series.length - 1];
  if (to?.final !== undefined && a) {
    const declared: PlainReading = { at: to.at, index: to.final, power: null, apparent: null, resolution: 1 };
    if (to.final >= raw) series.push({ at: to.at, index: to.final + added, reading: null });
    else if (kindOf(declared) === 'rollover')
      series.push({ at: to.at, index: to.final + added + (rules.limit as number), reading: null });
  }
  if (series.length > 0) done.push(series);
  return done;
}
