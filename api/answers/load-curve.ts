/**
 * `GET /api/immeuble/courbe-de-charge`: mean power of each 10-minute step of a local day, from index differences:
 * P = (I(end) − I(start)) × 3 600 000 / step, I interpolated between neighbours. Steps inside an interval longer than maxGap have none.
 */
import { z } from 'zod';
import type { Meter } from '../../domain/building.ts';
import type { StoredReading } from '../../results/port.ts';
import { sum } from './consumption.ts';
import { type AnswerContext, daysBack } from './context.ts';
import { isoInZone } from './units.ts';

export const loadCurveAnswer = z.object({
  date: z.iso.date(),
  debut: z.string(),
  pas_minutes: z.int(),
  locataire: z.string().nullable(),
  puissances: z.array(z.number().nullable()).describe('W, un pas après l’autre depuis le début du jour'),
});
export type LoadCurveAnswer = z.infer<typeof loadCurveAnswer>;

export interface LoadCurveParameters {
  /** The meters whose powers are added. */
  readonly meters: readonly Meter[];
  readonly lot: number | null;
  readonly date?: string | undefined;
  /** Earlier readings are withheld (epoch ms): the tenant's move-in. */
  readonly since?: number | undefined;
}

const stepMs = 600_000;

export async function loadCurve(context: AnswerContext, parameters: LoadCurveParameters): Promise<LoadCurveAnswer> {
  const { building, now } = context;
  const [window] = daysBack(context, 1, parameters.date) as [ReturnType<typeof daysBack>[number]];
  const steps = Math.ceil((window.end - window.start) / stepMs);
  const from = Math.max(window.start - building.maxGapMs, parameters.since ?? Number.NEGATIVE_INFINITY);
  const curves = await Promise.all(
    parameters.meters.map(async (meter) => {
      const readings = await collect(context, meter.id, from, Math.min(window.end + building.maxGapMs, now + 1));
      return stepPowers(readings, window.start, steps, building.maxGapMs, meter.maxPowerW);
    }),
  );
  return {
    date: window.date,
    debut: isoInZone(window.start, building.timezone),
    pas_minutes: stepMs / 60_000,
    locataire: parameters.lot === null ? null : String(parameters.lot),
    puissances: Array.from({ length: steps }, (_, step) => addPowers(curves.map((curve) => curve[step] ?? null))),
  };
}

/** Mean powers in W of `steps` steps from `start`; null where an end has no neighbours at most `maxGapMs` apart, the index falls, or jumps. */
export function stepPowers(
  readings: readonly StoredReading[],
  start: number,
  steps: number,
  maxGapMs: number,
  maxPowerW: number,
): (number | null)[] {
  const indexes: (number | null)[] = [];
  let next = 0;
  for (let step = 0; step <= steps; step++) {
    const at = start + step * stepMs;
    while (next < readings.length && (readings[next] as StoredReading).at < at) next++;
    indexes.push(indexAt(readings[next - 1], readings[next], at, maxGapMs));
  }
  return Array.from({ length: steps }, (_, step) => {
    const before = indexes[step] ?? null;
    const after = indexes[step + 1] ?? null;
    if (before === null || after === null || after < before) return null;
    const powerW = Math.round(((after - before) * 3_600_000) / stepMs);
    return powerW > maxPowerW ? null : powerW;
  });
}

function indexAt(
  before: StoredReading | undefined,
  after: StoredReading | undefined,
  at: number,
  maxGapMs: number,
): number | null {
  if (after && after.at === at) return after.energyImportWh;
  if (!before || !after || after.at - before.at > maxGapMs || after.energyImportWh < before.energyImportWh) return null;
  return (
    before.energyImportWh + ((after.energyImportWh - before.energyImportWh) * (at - before.at)) / (after.at - before.at)
  );
}

function addPowers(powers: readonly (number | null)[]): number | null {
  return powers.length === 0 || powers.some((power) => power === null) ? null : sum(powers.map((power) => power ?? 0));
}

async function collect(context: AnswerContext, meter: string, from: number, to: number): Promise<StoredReading[]> {
  const readings: StoredReading[] = [];
  if (to <= from) return readings;
  for await (const batch of context.reader.readings({ building: context.building.id, meter, from, to }))
    readings.push(...batch);
  return readings;
}
