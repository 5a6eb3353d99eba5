/** Bars that are not over time: a bar a category and field. */

import { PanelBuilder as BarChart } from '@grafana/grafana-foundation-sdk/barchart';
import {
  LegendDisplayMode,
  LegendPlacement,
  StackingMode,
  TooltipDisplayMode,
  VisibilityMode,
  VizLegendOptionsBuilder,
  VizOrientation,
  VizTooltipOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { dress, type PanelOptions, type PlacedPanel } from './panels.ts';

export interface BarField {
  readonly name: string;
  readonly title: string;
  readonly colour: string;
}

export interface BarOptions extends PanelOptions {
  readonly query: string;
  readonly fields: readonly BarField[];
}

/** Groups of bars along the text column `category`. */
export function barChart(
  options: BarOptions & {
    readonly category: string /** Writes each bar's number: for a few bars. */;
    readonly numbers?: boolean;
  },
): PlacedPanel {
  const builder = new BarChart()
    .xField(options.category)
    .orientation(VizOrientation.Auto)
    .stacking(StackingMode.None)
    .showValue(options.numbers ? VisibilityMode.Always : VisibilityMode.Never)
    .xTickLabelRotation(options.numbers ? 0 : -45)
    // Leaves labels out where there is no room.
    .xTickLabelSpacing(40)
    .barWidth(0.9)
    .groupWidth(0.8)
    .fillOpacity(80)
    .lineWidth(0)
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(options.fields.length > 1)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .calcs([]),
    )
    .tooltip(new VizTooltipOptionsBuilder().mode(TooltipDisplayMode.Multi));
  if (options.unit.word !== undefined) builder.axisLabel(options.unit.word);
  // Ticks without room would say that there is nothing.
  builder.overrideByName(options.category, [{ id: 'noValue', value: '\u00a0' }]);
  return named(builder, options);
}

function named(builder: BarChart, options: BarOptions): PlacedPanel {
  const placed = dress(builder, options, [{ query: options.query }]);
  builder.withTransformation({
    id: 'organize',
    options: {
      excludeByName: {},
      indexByName: Object.fromEntries(options.fields.map(({ name }, index) => [name, index + 1])),
      renameByName: {},
    },
  });
  for (const field of options.fields) {
    builder.overrideByName(field.name, [
      { id: 'displayName', value: field.title },
      { id: 'color', value: { mode: 'fixed', fixedColor: field.colour } },
    ]);
  }
  return placed;
}
