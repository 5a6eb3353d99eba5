/** A number or a word in large letters. */
import {
  BigValueColorMode,
  BigValueGraphMode,
  BigValueTextMode,
  ReduceDataOptionsBuilder,
  VizOrientation,
  VizTextDisplayOptionsBuilder,
} from '@grafana/grafana-foundation-sdk/common';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/stat';
import { dress, type Line, type PanelOptions, type PlacedPanel } from './panels.ts';
import { withUnit } from './theme.ts';

export interface StatOptions extends PanelOptions {
  readonly lines: readonly Line[];
  /** Name of the text column; numbers are found by themselves. */
  readonly textField?: string;
  /** Colours the whole panel: for what must be seen from afar. */
  readonly background?: boolean;
  /** Letters of a sentence, in pixels: it wraps instead of shrinking. */
  readonly letterSize?: number;
}

export function stat(options: StatOptions): PlacedPanel {
  const { lines, textField, background = false } = options;
  const reduce = new ReduceDataOptionsBuilder().calcs(['lastNotNull']).values(false);
  reduce.fields(textField === undefined ? '' : `/^${textField}$/`);
  const builder = new PanelBuilder()
    .reduceOptions(reduce)
    .orientation(VizOrientation.Auto)
    .graphMode(BigValueGraphMode.None)
    .colorMode(background ? BigValueColorMode.Background : BigValueColorMode.Value)
    .textMode(lines.length > 1 ? BigValueTextMode.ValueAndName : BigValueTextMode.Value);
  if (options.letterSize !== undefined) {
    builder.text(new VizTextDisplayOptionsBuilder().valueSize(options.letterSize));
  }
  // Where there are several numbers each has its unit beside its name.
  if (lines.length > 1)
    return dress(
      builder,
      options,
      lines.map((line) => ({ unit: options.unit, ...line })),
    );
  return dress(builder, { ...options, title: withUnit(options.title, options.unit) }, lines);
}
