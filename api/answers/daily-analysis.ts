/** `GET /api/immeuble/analyse-quotidienne`: the analyses of the last N days, the newest first, from one round of range queries. */
import { z } from 'zod';
import { type AnswerContext, daysBack, groupByStart, rangeOf } from './context.ts';
import { analyseDay, type DayAnalysis, dayAnalysis } from './day-analysis.ts';
import { buildingConfiguration, configurationOf } from './lots.ts';

export const dailyAnalysisAnswer = z.object({
  analyses: z.array(dayAnalysis),
  periode: z.string(),
  config_immeuble: buildingConfiguration,
});
export type DailyAnalysisAnswer = z.infer<typeof dailyAnalysisAnswer>;

export interface DailyAnalysisParameters {
  /** 1 to 366. */
  readonly days: number;
  /** The newest day; today when left out. */
  readonly date?: string | undefined;
}

export async function dailyAnalysis(
  context: AnswerContext,
  parameters: DailyAnalysisParameters,
): Promise<DailyAnalysisAnswer> {
  return {
    analyses: await analyses(context, parameters),
    periode: `${parameters.days} jour(s)`,
    config_immeuble: configurationOf(context.building),
  };
}

/** The days alone. */
export async function analyses(context: AnswerContext, parameters: DailyAnalysisParameters): Promise<DayAnalysis[]> {
  const { reader, building, now } = context;
  const windows = daysBack(context, parameters.days, parameters.date);
  const range = rangeOf(building, windows);
  const [meterDays, buildingDays, anomalies, recommendations] = await Promise.all([
    reader.meterDays(range).then(groupByStart),
    reader.buildingDays(range).then(groupByStart),
    reader.anomalies(range).then(groupByStart),
    reader.recommendations(range).then(groupByStart),
  ]);
  return windows.map((window) =>
    analyseDay(building, window, now, {
      meterDays: meterDays.get(window.start) ?? [],
      buildingDay: buildingDays.get(window.start)?.[0],
      anomalies: anomalies.get(window.start) ?? [],
      recommendations: recommendations.get(window.start) ?? [],
    }),
  );
}
