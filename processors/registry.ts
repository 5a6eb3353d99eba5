/**
 * What was last published of a day or a period, by short key: `m/LOC01`, `b`, `a/type/subject`, `r/code`. Of meters (`m/`) there are many and all that is
 * kept is two numbers: they are rows of one array; the others are objects, because closing or withdrawing them needs more.
 */
import { type Numbering, widened } from './numbering.ts';
import type { Published } from './published.ts';

const stride = 2;

/** A day's keys are `m/meter`, a period's `m/meter/occupancy`. */
export type RegistryKind = 'day' | 'period';

export class Registry {
  private readonly kind: RegistryKind;
  private readonly numbering: Numbering;
  private cells = new Float64Array(0);
  /** All but meters. */
  readonly others = new Map<string, Published>();

  constructor(kind: RegistryKind, numbering: Numbering, entries: Iterable<readonly [string, Published]> = []) {
    this.kind = kind;
    this.numbering = numbering;
    for (const [key, published] of entries) this.set(key, published);
  }

  get(key: string): Published | undefined {
    if (!isMeter(key)) return this.others.get(key);
    return this.row(this.numbering.find(this.nameOf(key)));
  }

  set(key: string, published: Published): void {
    if (isMeter(key)) this.write(this.nameOf(key), published.revision, published.hash);
    else this.others.set(key, published);
  }

  /** The last revision of a meter's result by its name (`nameInPeriod`); 0: none. */
  revisionOf(name: string): number {
    const revision = this.cells[this.numbering.find(name) * stride];
    return revision === undefined || Number.isNaN(revision) ? 0 : revision;
  }

  /** Takes the content of a meter's result: its new revision, or 0 where it is what was told last. */
  raise(name: string, hash: number): number {
    const known = this.revisionOf(name);
    if (known > 0 && this.cells[this.numbering.find(name) * stride + 1] === hash) return 0;
    this.write(name, known + 1, hash);
    return known + 1;
  }

  private write(name: string, revision: number, hash: number): void {
    const cell = this.numbering.of(name) * stride;
    if (cell >= this.cells.length) this.cells = widened(this.cells, this.numbering.names.length, stride);
    this.cells[cell] = revision;
    this.cells[cell + 1] = hash;
  }

  /** Meters first, in the order of their keys. */
  *[Symbol.iterator](): Generator<[string, Published]> {
    const keys = this.numbering.names.map((name) => this.keyOf(name));
    for (const key of keys.sort()) {
      const published = this.get(key);
      if (published) yield [key, published];
    }
    yield* this.others;
  }

  private row(number: number): Published | undefined {
    const revision = this.cells[number * stride];
    if (revision === undefined || Number.isNaN(revision)) return undefined;
    return { revision, hash: this.cells[number * stride + 1] as number };
  }

  private nameOf(key: string): string {
    return this.kind === 'period' && key.endsWith('/0') ? key.slice(2, -2) : key.slice(2);
  }

  private keyOf(name: string): string {
    return this.kind === 'day' || name.includes('/') ? `m/${name}` : `m/${name}/0`;
  }
}

/** Of a whole period the meter's own name, of a stay in it the meter and the stay. */
export function nameInPeriod(meter: string, occupancy: number): string {
  return occupancy === 0 ? meter : `${meter}/${occupancy}`;
}

function isMeter(key: string): boolean {
  return key.charCodeAt(0) === 109 && key.charCodeAt(1) === 47;
}
