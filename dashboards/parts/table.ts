/** Rows to read, sort and export: columns in the given order, with French titles, units and links. */

import type { DynamicConfigValue, Threshold, ValueMapping } from '@grafana/grafana-foundation-sdk/dashboard';
import { PanelBuilder } from '@grafana/grafana-foundation-sdk/table';
import { dress, type PanelOptions, type PlacedPanel } from './panels.ts';
import { type Unit, unit, withUnit } from './theme.ts';

export interface Column {
  /** The name in the query's answer. */
  readonly name: string;
  readonly title: string;
  readonly unit?: Unit;
  readonly decimals?: number;
  readonly width?: number;
  /** Where the width is what is left. */
  readonly leastWidth?: number;
  readonly mappings?: readonly ValueMapping[];
  readonly link?: { readonly title: string; readonly url: string };
  /** Draws the value as a bar from 0 to the column's greatest. */
  readonly gauge?: string;
  /** Colours the cell's text by its mapping. */
  readonly coloured?: boolean;
  /** Colours the cell's text from these values on. */
  readonly thresholds?: readonly Threshold[];
}

export interface TableOptions extends Omit<PanelOptions, 'unit' | 'mappings' | 'thresholds'> {
  readonly query: string;
  readonly columns: readonly Column[];
  /** Columns that only links need: they are there and not seen. */
  readonly hidden?: readonly string[];
  /** Columns that this table leaves out. */
  readonly left?: readonly string[];
}

export function table(options: TableOptions): PlacedPanel {
  const builder = new PanelBuilder().showHeader(true).filterable(false).minWidth(narrowestColumn);
  const placed = dress(builder, { ...options, unit: unit.text }, [{ query: options.query }]);
  builder.withTransformation({
    id: 'organize',
    options: {
      excludeByName: Object.fromEntries((options.left ?? []).map((name) => [name, true])),
      indexByName: Object.fromEntries(options.columns.map(({ name }, index) => [name, index])),
      renameByName: {},
    },
  });
  for (const name of options.hidden ?? []) {
    builder.overrideByName(name, [{ id: 'custom.hidden', value: true }]);
  }
  for (const column of options.columns) builder.overrideByName(column.name, properties(column));
  return placed;
}

/** Pixels: on a telephone a table scrolls sideways instead of cutting its cells. */
const narrowestColumn = 80;
function leastWidth(column: Column): number {
  if (column.leastWidth !== undefined) return column.leastWidth;
  if (column.gauge !== undefined) return 180;
  return column.unit === unit.instant ? 145 : column.unit?.word ? 125 : 100;
}

function properties(column: Column): DynamicConfigValue[] {
  const found: DynamicConfigValue[] = [
    { id: 'displayName', value: column.unit ? withUnit(column.title, column.unit) : column.title },
    { id: 'unit', value: (column.unit ?? unit.text).id },
    // Otherwise an empty cell would say that the whole table is empty.
    { id: 'noValue', value: '–' },
  ];
  if (column.decimals !== undefined) found.push({ id: 'decimals', value: column.decimals });
  if (column.width !== undefined) found.push({ id: 'custom.width', value: column.width });
  else found.push({ id: 'custom.minWidth', value: leastWidth(column) });
  if (column.mappings) found.push({ id: 'mappings', value: column.mappings });
  if (column.link) found.push({ id: 'links', value: [{ ...column.link, targetBlank: false }] });
  if (column.thresholds) found.push({ id: 'thresholds', value: { mode: 'absolute', steps: column.thresholds } });
  if (column.coloured || column.thresholds) {
    // Grafana 9 knows displayMode, later ones cellOptions.
    found.push({ id: 'custom.displayMode', value: 'color-text' });
    found.push({ id: 'custom.cellOptions', value: { type: 'color-text' } });
  }
  if (column.gauge !== undefined) {
    found.push({ id: 'custom.displayMode', value: 'basic' });
    found.push({ id: 'custom.cellOptions', value: { type: 'gauge', mode: 'basic' } });
    found.push({ id: 'color', value: { mode: 'fixed', fixedColor: column.gauge } });
    found.push({ id: 'min', value: 0 });
  }
  return found;
}
