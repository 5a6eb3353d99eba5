/** The data set as the sink writes it, line by line; the million readings by a shorter way to the same lines. */
import type { BucketName } from '../../../domain/measurements.ts';
import type { Result } from '../../../domain/results.ts';
import type { Telemetry } from '../../../domain/telemetry.ts';
import { toLine } from '../../../results/influx/line.ts';
import { building, energies, indices, meters, quarters, readingCount } from './load.ts';

export interface BucketLine {
  readonly bucket: BucketName;
  readonly text: string;
}

export function lineOf(item: Result | Telemetry): BucketLine {
  const line = toLine(item);
  if (typeof line === 'string') throw new Error(line);
  return line;
}

/** Readings of every meter, a line each, for the bucket `releve_raw`. */
export function* readingLines(): Generator<string> {
  for (const meter of meters) {
    const index = indices.get(meter)!;
    const drawn = energies.get(meter)!;
    const count = readingCount(meter);
    for (let at = 0; at < count; at++) {
      yield `reading,building=${building},meter=${meter} energy_import_wh=${index[at]}i,power_w=${drawn[at]! * 4} ${quarters[at]}`;
    }
  }
}
