/**
 * Validation: which readings of a meter are believed, in event-time order, as a fold over the distinct readings.
 *
 *   advance      0 ≤ ΔI ≤ floor(maxPower × Δt / 3 600 000) + resolution
 *   rollover     ΔI < 0, last index above 90 % of the register limit, and the modular difference is an advance
 *   suspect      anything else: joins the quarantine P where it is an advance from the last of P, else P was a glitch and starts anew
 *   replacement  P holds at least three readings spanning at least one hour: a new segment, nothing booked across the break;
 *                while the series was a single reading, that reading was the glitch instead
 *
 * Of several indices at one instant, tried from the lowest, the first that is an advance or rollover is taken (the lowest if none); the others
 * are conflicts. A declared replacement at T ends the old segment and starts the new one there. The outcome is a function of the set.
 */
import { type Curve, pointAfterBreak, pointContext, pointVirtual } from './curve.ts';
import type { ReadingColumns } from './readings.ts';

/** What validation needs to know of a meter. */
export interface MeterRules {
  readonly maxPowerW: number;
  /** Where the register wraps to 0, Wh. */
  readonly registerLimitWh: number | undefined;
  /** Ascending by instant. */
  readonly replacements: readonly DeclaredReplacement[];
}

export interface DeclaredReplacement {
  readonly at: number;
  readonly finalIndexWh: number | undefined;
  readonly initialIndexWh: number | undefined;
}

/** The last accepted point before the readings that can still be revised. */
export interface FoldBase {
  readonly at: number;
  readonly indexWh: number;
  /** E − index. */
  readonly offsetWh: number;
  readonly virtual: boolean;
  readonly powerW: number;
  readonly resolutionWh: number;
}

/** What became of a reading. */
export const verdicts = { used: 1, conflict: 2, glitch: 3, quarantined: 4 } as const;

export class Validation {
  /** One verdict a reading. */
  verdict = new Uint8Array(512);
  used = 0;
  conflicts = 0;
  glitches = 0;
  quarantined = 0;
  /** Index of the reading behind each point of the curve; −1 for context and virtual points. */
  source = new Int32Array(512);
  /** Instant of the last accepted reading (virtual points are none) that no later one can undo where another lies before it; −Infinity before the first. */
  acceptedAt = Number.NEGATIVE_INFINITY;
  /** The raw index and offset at the last accepted point. */
  private indexWh = 0;
  private offsetWh = 0;
  private hasLast = false;
  private lastAt = 0;
  /** Points of the current series that a glitch at its start could undo. */
  private single = false;
  private held: number[] = [];
  private breakPending = false;
  /** Where the only reading of a series was undone: between it and the reading that undid it the curve does not show what was believed. */
  readonly undone: { readonly from: number; readonly to: number }[] = [];
  private allUsed = true;

  /** Runs the fold: fills the curve and the verdicts. Declared replacements that the base has seen are behind it, those after `until` to come. */
  run(readings: ReadingColumns, base: FoldBase | null, rules: MeterRules, curve: Curve, until: number): void {
    this.start(readings.length, base, curve);
    const { replacements } = rules;
    let next = base === null ? 0 : behind(replacements, base);
    for (let i = 0; i < readings.length; ) {
      i = this.advances(i, replacements[next]?.at ?? Number.POSITIVE_INFINITY, readings, rules, curve);
      if (i === readings.length) break;
      const at = readings.at[i] as number;
      while (next < replacements.length && (replacements[next] as DeclaredReplacement).at <= at)
        this.replace(replacements[next++] as DeclaredReplacement, rules, curve);
      let end = i + 1;
      while (end < readings.length && readings.at[end] === at) end++;
      const chosen = end === i + 1 ? i : this.choose(i, end, at, readings, rules);
      for (let k = i; k < end; k++) if (k !== chosen) this.mark(k, verdicts.conflict);
      this.take(chosen, at, readings, rules, curve);
      i = end;
    }
    while (next < replacements.length && (replacements[next] as DeclaredReplacement).at <= until)
      this.replace(replacements[next++] as DeclaredReplacement, rules, curve);
    for (const k of this.held) this.mark(k, verdicts.quarantined);
    if (this.mayUndo(curve.length - 1, curve)) this.acceptedAt = curve.at[curve.length - 2] as number;
    this.count(readings.length);
  }

  /** True for the only reading of a series, over whose break the curve would still go if it turned out to be the glitch. */
  mayUndo(point: number, curve: Curve): boolean {
    return this.single && point > 0 && point === curve.length - 1;
  }

  /** Offset (E − index) behind the point: what a base made of it must carry. */
  baseAt(point: number, curve: Curve, readings: ReadingColumns, previous: FoldBase | null): FoldBase {
    const i = this.source[point] as number;
    const energyWh = curve.energyWh[point] as number;
    if (i < 0) {
      if (((curve.kind[point] as number) & pointContext) !== 0 && previous !== null) return previous;
      const indexWh = this.virtualIndex.get(point) ?? energyWh;
      return {
        at: curve.at[point] as number,
        indexWh,
        offsetWh: energyWh - indexWh,
        virtual: true,
        powerW: Number.NaN,
        resolutionWh: 1,
      };
    }
    const indexWh = readings.indexWh[i] as number;
    return {
      at: readings.at[i] as number,
      indexWh,
      offsetWh: energyWh - indexWh,
      virtual: false,
      powerW: readings.powerW[i] as number,
      resolutionWh: readings.resolutionWh[i] as number,
    };
  }

  private readonly virtualIndex = new Map<number, number>();

  private start(length: number, base: FoldBase | null, curve: Curve): void {
    if (this.verdict.length < length) this.verdict = new Uint8Array(length * 2);
    if (this.source.length < length + 64) this.source = new Int32Array(length * 2 + 64);
    if (this.held.length > 0) this.held = [];
    this.breakPending = false;
    this.undone.length = 0;
    this.allUsed = true;
    this.virtualIndex.clear();
    this.hasLast = base !== null;
    this.single = false;
    this.acceptedAt = base === null ? Number.NEGATIVE_INFINITY : base.at;
    if (base === null) {
      this.offsetWh = 0;
      return;
    }
    this.lastAt = base.at;
    this.indexWh = base.indexWh;
    this.offsetWh = base.offsetWh;
    this.push(
      curve,
      -1,
      base.at,
      base.indexWh + base.offsetWh,
      base.powerW,
      Number.NaN,
      base.resolutionWh,
      pointContext | (base.virtual ? pointVirtual : 0),
    );
  }

  private isAdvance(
    fromAt: number,
    fromWh: number,
    at: number,
    indexWh: number,
    resolutionWh: number,
    rules: MeterRules,
  ): boolean {
    const delta = indexWh - fromWh;
    return delta >= 0 && delta <= Math.floor((rules.maxPowerW * (at - fromAt)) / 3_600_000) + resolutionWh;
  }

  /** The wrapped register: how much E − index grows; 0: no rollover. */
  private rolloverWh(at: number, indexWh: number, resolutionWh: number, rules: MeterRules): number {
    const limit = rules.registerLimitWh;
    if (limit === undefined || indexWh >= this.indexWh || this.indexWh <= 0.9 * limit) return 0;
    return this.isAdvance(this.lastAt, this.indexWh, at, indexWh + limit, resolutionWh, rules) ? limit : 0;
  }

  /** The ordinary run, one advance after the other: accepts them, and returns the first reading that is anything else, or is not before `until`. */
  private advances(from: number, until: number, readings: ReadingColumns, rules: MeterRules, curve: Curve): number {
    if (!this.hasLast || this.held.length > 0 || this.breakPending) return from;
    const { length, at, indexWh, resolutionWh } = readings;
    let { lastAt, indexWh: lastWh } = this;
    let i = from;
    for (; i < length; i++) {
      const instant = at[i] as number;
      const index = indexWh[i] as number;
      if (instant >= until || (i + 1 < length && at[i + 1] === instant)) break;
      if (!this.isAdvance(lastAt, lastWh, instant, index, resolutionWh[i] as number, rules)) break;
      lastAt = instant;
      lastWh = index;
    }
    if (i === from) return from;
    this.reserve(curve.length + i - from);
    for (let k = from; k < i; k++) {
      this.verdict[k] = verdicts.used;
      this.source[curve.length + k - from] = k;
    }
    curve.pushAll(readings, from, i, this.offsetWh);
    this.lastAt = lastAt;
    this.acceptedAt = lastAt;
    this.indexWh = lastWh;
    this.single = false;
    return i;
  }

  private choose(from: number, to: number, at: number, readings: ReadingColumns, rules: MeterRules): number {
    if (!this.hasLast) return from;
    for (let k = from; k < to; k++) {
      const index = readings.indexWh[k] as number;
      const step = readings.resolutionWh[k] as number;
      if (
        this.isAdvance(this.lastAt, this.indexWh, at, index, step, rules) ||
        this.rolloverWh(at, index, step, rules) > 0
      )
        return k;
    }
    return from;
  }

  private take(k: number, at: number, readings: ReadingColumns, rules: MeterRules, curve: Curve): void {
    const index = readings.indexWh[k] as number;
    const step = readings.resolutionWh[k] as number;
    if (!this.hasLast) {
      this.beginSegment(index, curve);
      this.single = true;
      this.accept(k, at, readings, curve);
      return;
    }
    if (this.isAdvance(this.lastAt, this.indexWh, at, index, step, rules)) {
      this.dropHeld();
      this.single = false;
      this.accept(k, at, readings, curve);
      return;
    }
    const wrapped = this.rolloverWh(at, index, step, rules);
    if (wrapped > 0) {
      this.dropHeld();
      this.single = false;
      this.offsetWh += wrapped;
      this.accept(k, at, readings, curve);
      return;
    }
    this.suspect(k, at, index, step, readings, rules, curve);
  }

  private suspect(
    k: number,
    at: number,
    index: number,
    step: number,
    readings: ReadingColumns,
    rules: MeterRules,
    curve: Curve,
  ): void {
    const last = this.held[this.held.length - 1];
    if (
      last !== undefined &&
      !this.isAdvance(readings.at[last] as number, readings.indexWh[last] as number, at, index, step, rules)
    )
      this.dropHeld();
    this.held.push(k);
    const first = this.held[0] as number;
    if (this.held.length < 3 || at - (readings.at[first] as number) < 3_600_000) return;
    const members = this.held;
    this.held = [];
    if (this.single) this.undoSingle(curve, at);
    else this.breakPending = true;
    this.beginSegment(readings.indexWh[first] as number, curve);
    this.single = false;
    for (const member of members) this.accept(member, readings.at[member] as number, readings, curve);
  }

  /** The only reading of the series was the glitch. */
  private undoSingle(curve: Curve, at: number): void {
    curve.length--;
    const point = curve.length;
    this.undone.push({ from: curve.at[point] as number, to: at });
    this.mark(this.source[point] as number, verdicts.glitch);
    this.breakPending = ((curve.kind[point] as number) & pointAfterBreak) !== 0;
  }

  /** E goes on from where the curve stands; without a curve it starts as the register. */
  private beginSegment(indexWh: number, curve: Curve): void {
    this.offsetWh = curve.length === 0 ? 0 : (curve.energyWh[curve.length - 1] as number) - indexWh;
  }

  private accept(k: number, at: number, readings: ReadingColumns, curve: Curve): void {
    this.mark(k, verdicts.used);
    const index = readings.indexWh[k] as number;
    this.push(
      curve,
      k,
      at,
      index + this.offsetWh,
      readings.powerW[k] as number,
      readings.apparentVa[k] as number,
      readings.resolutionWh[k] as number,
      this.takeBreak(curve),
    );
    this.hasLast = true;
    this.lastAt = at;
    this.acceptedAt = at;
    this.indexWh = index;
  }

  private takeBreak(curve: Curve): number {
    const kind = this.breakPending && curve.length > 0 ? pointAfterBreak : 0;
    this.breakPending = false;
    return kind;
  }

  private replace(declared: DeclaredReplacement, rules: MeterRules, curve: Curve): void {
    for (const k of this.held) this.mark(k, verdicts.quarantined);
    this.held = [];
    const { at, finalIndexWh, initialIndexWh } = declared;
    if (finalIndexWh !== undefined && this.hasLast) this.endSegment(at, finalIndexWh, rules, curve);
    this.breakPending = curve.length > 0;
    this.hasLast = false;
    this.single = false;
    if (initialIndexWh === undefined) return;
    this.beginSegment(initialIndexWh, curve);
    const energyWh = initialIndexWh + this.offsetWh;
    this.virtualIndex.set(curve.length, initialIndexWh);
    this.push(curve, -1, at, energyWh, Number.NaN, Number.NaN, 1, pointVirtual | this.takeBreak(curve));
    this.hasLast = true;
    this.lastAt = at;
    this.indexWh = initialIndexWh;
  }

  /** The final index is declared, so it is believed wherever it does not run backwards. */
  private endSegment(at: number, finalIndexWh: number, rules: MeterRules, curve: Curve): void {
    if (at <= this.lastAt) return;
    let index = finalIndexWh;
    if (index < this.indexWh) {
      const wrapped = this.rolloverWh(at, index, 1, rules);
      if (wrapped === 0) return;
      this.offsetWh += wrapped;
    }
    this.virtualIndex.set(curve.length, index);
    index += this.offsetWh;
    this.push(curve, -1, at, index, Number.NaN, Number.NaN, 1, pointVirtual);
  }

  private dropHeld(): void {
    if (this.held.length === 0) return;
    for (const k of this.held) this.mark(k, verdicts.glitch);
    this.held = [];
  }

  private mark(k: number, verdict: number): void {
    this.verdict[k] = verdict;
    if (verdict !== verdicts.used) this.allUsed = false;
  }

  private push(
    curve: Curve,
    source: number,
    at: number,
    energyWh: number,
    powerW: number,
    apparentVa: number,
    resolutionWh: number,
    kind: number,
  ): void {
    this.reserve(curve.length + 1);
    this.source[curve.length] = source;
    curve.push(at, energyWh, powerW, apparentVa, resolutionWh, kind);
  }

  private reserve(points: number): void {
    if (points <= this.source.length) return;
    const larger = new Int32Array(points * 2);
    larger.set(this.source);
    this.source = larger;
  }

  private count(length: number): void {
    this.used = length;
    this.conflicts = 0;
    this.glitches = 0;
    this.quarantined = 0;
    if (this.allUsed) return;
    const totals = [0, 0, 0, 0, 0];
    for (let k = 0; k < length; k++) (totals[this.verdict[k] as number] as number)++;
    this.used = totals[verdicts.used] as number;
    this.conflicts = totals[verdicts.conflict] as number;
    this.glitches = totals[verdicts.glitch] as number;
    this.quarantined = totals[verdicts.quarantined] as number;
  }
}

/** How many replacements are behind a base. One at its instant is not where the base is its declared final index: its segment has yet to begin. */
function behind(replacements: readonly DeclaredReplacement[], base: FoldBase): number {
  let count = 0;
  replacements.forEach(({ at, initialIndexWh }, i) => {
    if (at < base.at || (at === base.at && (!base.virtual || initialIndexWh !== undefined))) count = i + 1;
  });
  return count;
}
