/** A line a meter, coloured by its state. */
import {
  LegendDisplayMode,
  LegendPlacement,
  TimelineValueAlignment,
  VisibilityMode,
  VizLegendOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/statetimeline';
import { dress, type PanelOptions, type PlacedPanel } from './panels.ts';

export function timeline(options: PanelOptions & { readonly query: string; readonly seriesName: string }): PlacedPanel {
  const builder = new PanelBuilder()
    .displayName(options.seriesName)
    .showValue(VisibilityMode.Never)
    .rowHeight(0.8)
    .mergeValues(true)
    .alignValue(TimelineValueAlignment.Left)
    .fillOpacity(80)
    .lineWidth(0)
    .legend(
      new VizLegendOptionsBuilder()
        .showLegend(true)
        .displayMode(LegendDisplayMode.List)
        .placement(LegendPlacement.Bottom)
        .calcs([]),
    );
  return dress(builder, options, [{ query: options.query }]);
}
