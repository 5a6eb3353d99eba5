/** Bars that are not over time: a bar a category (bar chart) or a value (bar gauge). */

import { PanelBuilder as BarChart } from '@grafana/grafana-foundation-sdk/barchart';
import { PanelBuilder as BarGauge } from '@grafana/grafana-foundation-sdk/bargauge';
import {
  BarGaugeDisplayMode,
  LegendDisplayMode,
  LegendPlacement,
  ReduceDataOptionsBuilder,
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
export function barChart(options: BarOptions & { readonly category: string }): PlacedPanel {
  const builder = new BarChart()
    .xField(options.category)
    .orientation(VizOrientation.Auto)
    .stacking(StackingMode.None)
    .showValue(VisibilityMode.Never)
    .xTickLabelRotation(-45)
    // Leaves labels out where there is no room.
    .xTickLabelSpacing(100)
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
  // Ticks without room would say that there is nothing.
  builder.overrideByName(options.category, [{ id: 'noValue', value: '\u00a0' }]);
  return named(builder, options);
}

/** A horizontal bar for each field of one row. */
export function barGauge(options: BarOptions): PlacedPanel {
  const builder = new BarGauge()
    .orientation(VizOrientation.Horizontal)
    .displayMode(BarGaugeDisplayMode.Basic)
    .showUnfilled(true)
    .min(0)
    .reduceOptions(new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false).fields(''));
  return named(builder, options);
}

function named(builder: BarChart | BarGauge, options: BarOptions): PlacedPanel {
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
