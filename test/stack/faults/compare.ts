/** What a store holds of a building, ready to be compared: sorted, without revisions and without the instants at which something was told. */
import { periodKinds } from '../../../domain/calendar.ts';
import type { Result } from '../../../domain/results.ts';
import type { ResultsReader } from '../../../results/port.ts';

export type ComparedResults = Readonly<Record<string, readonly object[]>>;

export async function comparedResults(
  reader: ResultsReader,
  building: string,
  range: { readonly from: number; readonly to: number },
): Promise<ComparedResults> {
  const query = { building, ...range };
  // Periods begin before the first reading.
  const wide = { building, from: range.from - 400 * 86_400_000, to: range.to };
  const compared: Record<string, readonly object[]> = {
    meter_day: comparable(await reader.meterDays(query)),
    building_day: comparable(await reader.buildingDays(query)),
    anomaly: comparable(await reader.anomalies(query)),
    recommendation: comparable(await reader.recommendations(query)),
    climate: comparable(await reader.climate(query)),
  };
  for (const period of periodKinds) {
    compared[`meter_period ${period}`] = comparable(await reader.meterPeriods({ ...wide, period }));
    compared[`building_period ${period}`] = comparable(await reader.buildingPeriods({ ...wide, period }));
  }
  return compared;
}

/** Silence is what the wall clock alone decides, so it is left out too; so are findings that were withdrawn: who looked when they stood is chance. */
function comparable(results: readonly Result[]): object[] {
  return results
    .filter((result) => !(result.kind === 'anomaly' && result.type === 'compteur_silencieux'))
    .filter((result) => !('open' in result) || result.open)
    .map((result) =>
      Object.fromEntries(
        Object.entries(result)
          .filter(([member]) => !told.has(member))
          .sort(byName),
      ),
    );
}

const told: ReadonlySet<string> = new Set(['revision', 'openedAt', 'updatedAt', 'closedAt', 'madeAt']);

function byName([a]: [string, unknown], [b]: [string, unknown]): number {
  return a < b ? -1 : 1;
}
