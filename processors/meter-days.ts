/**
 * The days of a building's meters on one date. They lie folded, a row of numbers a meter, and are unfolded to results while the day is computed.
 *
 *     energy | power max, its instant, mean | demand | floor | estimated | readings | glitches | conflicts | lot | codes | revision       NaN: null
 */
import type { MeterDay } from '../domain/results.ts';
import { type Numbering, widened } from './numbering.ts';

const stride = 13;
const roles = ['general', 'tenant', 'common'] as const;
const classes = [null, 'faible', 'moyen', 'eleve', 'tres_eleve'] as const;
const statuses = ['open', 'provisional', 'final'] as const;
const qualities = ['measured', 'estimated', 'none'] as const;
/** In the order in which a result names them. */
const flags = ['partial', 'replaced', 'glitch', 'conflict', 'recovered'] as const;

/** What all of them share. */
export interface MeterDaysOf {
  readonly building: string;
  readonly date: string;
  readonly start: number;
  readonly end: number;
}

export class MeterDays {
  private readonly numbering: Numbering;
  private readonly shared: MeterDaysOf;
  private cells = new Float64Array(0);
  /** Energies by price slot, where there are prices. */
  private slotsWh: (Readonly<Record<string, number>> | undefined)[] | null = null;
  private unfolded: Map<string, MeterDay> | null = null;

  constructor(numbering: Numbering, shared: MeterDaysOf, days: Iterable<readonly [string, MeterDay]> = []) {
    this.numbering = numbering;
    this.shared = shared;
    for (const [meter, day] of days) this.write(meter, day);
  }

  get(meter: string): MeterDay | undefined {
    return this.unfolded === null ? this.read(meter) : this.unfolded.get(meter);
  }

  has(meter: string): boolean {
    return this.get(meter) !== undefined;
  }

  set(meter: string, day: MeterDay): void {
    if (this.unfolded === null) this.write(meter, day);
    else this.unfolded.set(meter, day);
  }

  *[Symbol.iterator](): Generator<[string, MeterDay]> {
    if (this.unfolded !== null) {
      yield* this.unfolded;
      return;
    }
    for (const meter of this.numbering.names) {
      const day = this.read(meter);
      if (day) yield [meter, day];
    }
  }

  unfold(): void {
    this.unfolded ??= new Map(this);
  }

  fold(): void {
    if (this.unfolded === null) return;
    for (const [meter, day] of this.unfolded) this.write(meter, day);
    this.unfolded = null;
  }

  private read(meter: string): MeterDay | undefined {
    const row = this.numbering.find(meter);
    const { cells } = this;
    let cell = row * stride;
    const revision = cells[cell + stride - 1];
    if (revision === undefined || Number.isNaN(revision)) return undefined;
    const next = (): number | null => {
      const value = cells[cell++] as number;
      return Number.isNaN(value) ? null : value;
    };
    const [energyWh, powerMaxW, powerMaxAt, powerMeanW, demandMaxW, nightFloorW] = [
      next(),
      next(),
      next(),
      next(),
      next(),
      next(),
    ];
    const [estimatedWh, readings, glitches, conflicts] = [next() ?? 0, next() ?? 0, next() ?? 0, next() ?? 0];
    const lot = next();
    const codes = next() ?? 0;
    return {
      v: 1,
      kind: 'meter_day',
      building: this.shared.building,
      revision,
      meter,
      role: roles[codes & 3] ?? 'common',
      lot,
      date: this.shared.date,
      start: this.shared.start,
      end: this.shared.end,
      energyWh,
      powerMaxW,
      powerMaxAt,
      powerMeanW,
      demandMaxW,
      nightFloorW,
      readings,
      class: classes[(codes >> 2) & 7] ?? null,
      activity: (codes & 32) === 0 ? 'inactif' : 'actif',
      status: statuses[(codes >> 6) & 3] ?? 'open',
      flags: flags.filter((_, bit) => ((codes >> (12 + bit)) & 1) === 1),
      startQuality: qualities[(codes >> 8) & 3] ?? 'none',
      endQuality: qualities[(codes >> 10) & 3] ?? 'none',
      estimatedWh,
      glitches,
      conflicts,
      slotsWh: this.slotsWh?.[row] ?? {},
    };
  }

  private write(meter: string, day: MeterDay): void {
    const row = this.numbering.of(meter);
    let cell = row * stride;
    if (cell >= this.cells.length) this.cells = widened(this.cells, this.numbering.names.length, stride);
    const { cells } = this;
    let codes = roles.indexOf(day.role) | (classes.indexOf(day.class) << 2) | (statuses.indexOf(day.status) << 6);
    codes |= (qualities.indexOf(day.startQuality) << 8) | (qualities.indexOf(day.endQuality) << 10);
    if (day.activity === 'actif') codes |= 32;
    for (const flag of day.flags) codes |= 1 << (12 + flags.indexOf(flag));
    cells[cell++] = day.energyWh ?? Number.NaN;
    cells[cell++] = day.powerMaxW ?? Number.NaN;
    cells[cell++] = day.powerMaxAt ?? Number.NaN;
    cells[cell++] = day.powerMeanW ?? Number.NaN;
    cells[cell++] = day.demandMaxW ?? Number.NaN;
    cells[cell++] = day.nightFloorW ?? Number.NaN;
    cells[cell++] = day.estimatedWh;
    cells[cell++] = day.readings;
    cells[cell++] = day.glitches;
    cells[cell++] = day.conflicts;
    cells[cell++] = day.lot ?? Number.NaN;
    cells[cell++] = codes;
    cells[cell] = day.revision;
    if (this.slotsWh !== null || Object.keys(day.slotsWh).length > 0) {
      this.slotsWh ??= [];
      this.slotsWh[row] = day.slotsWh;
    }
  }
}
