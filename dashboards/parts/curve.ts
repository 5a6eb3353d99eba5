/** Values over time, as lines or as a bar a day. */
import {
  GraphDrawStyle,
  LegendDisplayMode,
  LegendPlacement,
  SortOrder,
  StackingConfigBuilder,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/timeseries';
import { sideBySide } from '../flux/select.ts';
import { dress, type Line, lineProperties, type PanelOptions, type PlacedPanel } from './panels.ts';

export interface CurveOptions extends PanelOptions {
  readonly lines: readonly Line[];
  readonly draw?: 'line' | 'bars' | 'points';
  /** Only for parts that add up to a whole. */
  readonly stacked?: boolean;
  /** Name of the series where one question gives several: a Grafana display name. */
  readonly seriesName?: string;
  /** Tags that tell the series of several lines apart. */
  readonly labels?: readonly string[];
  readonly min?: number;
  readonly max?: number;
  /** Drawn at least from here to there, further where the values are. */
  readonly softMin?: number;
  readonly softMax?: number;
  /** Legend with numbers beside the names. */
  readonly legendCalcs?: readonly string[];
}

/** A line that is a limit, not a measurement. */
export const limitStyle = [
  { id: 'custom.drawStyle', value: 'line' },
  { id: 'custom.fillOpacity', value: 0 },
  { id: 'custom.lineStyle', value: { fill: 'dash', dash: [10, 10] } },
  { id: 'custom.stacking', value: { mode: 'none', group: 'limit' } },
] as const;

export function curve(options: CurveOptions): PlacedPanel {
  const { draw = 'line' } = options;
  const legend = new VizLegendOptionsBuilder()
    .showLegend(true)
    .displayMode(options.legendCalcs ? LegendDisplayMode.Table : LegendDisplayMode.List)
    .placement(LegendPlacement.Bottom)
    .calcs([...(options.legendCalcs ?? [])]);
  const builder = new PanelBuilder()
    .drawStyle(drawStyles[draw])
    .fillOpacity(draw === 'bars' ? 80 : 0)
    .lineWidth(draw === 'bars' ? 0 : 2)
    .showPoints(draw === 'bars' ? VisibilityMode.Never : VisibilityMode.Auto)
    .pointSize(5)
    .spanNulls(false)
    .legend(legend)
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi).sort(SortOrder.Descending));
  if (options.unit.word !== undefined) builder.axisLabel(options.unit.word);
  if (options.stacked) builder.stacking(new StackingConfigBuilder().mode(StackingMode.Normal).group('A'));
  if (options.seriesName !== undefined) builder.displayName(options.seriesName);
  if (options.min !== undefined) builder.min(options.min);
  if (options.max !== undefined) builder.max(options.max);
  if (options.softMin !== undefined) builder.axisSoftMin(options.softMin);
  if (options.softMax !== undefined) builder.axisSoftMax(options.softMax);
  const [first] = options.lines;
  if (options.lines.length === 1 && first) return dress(builder, options, [first]);
  const questions = options.lines.map((line) => line.query);
  const placed = dress(builder, options, [{ query: sideBySide(questions, options.labels ?? []) }]);
  options.lines.forEach((line, index) => {
    builder.overrideByName(String.fromCharCode(65 + index), lineProperties(line));
  });
  return placed;
}

const drawStyles = { line: GraphDrawStyle.Line, bars: GraphDrawStyle.Bars, points: GraphDrawStyle.Points };
