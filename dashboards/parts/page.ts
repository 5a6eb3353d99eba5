/**
 * A dashboard: head, selectors, sections of panels flowed over the 24 columns. What the SDK sets and no Grafana file needs is taken
 * out again (`placement`, which has one value and is refused by older versions).
 */
import type { Builder } from '@grafana/grafana-foundation-sdk/cog';
import {
  type AnnotationQuery,
  AnnotationQueryBuilder,
  type Dashboard,
  DashboardBuilder,
  DashboardCursorSync,
  DashboardLinkBuilder,
  DashboardLinkType,
  RowBuilder,
  TimePickerBuilder,
  type VariableModel,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { timezone } from '../flux/local-time.ts';
import { chosenSource, FluxQueryBuilder } from './flux-query.ts';
import type { PlacedPanel } from './panels.ts';

export interface Section {
  /** The first section has none: it is what the page answers at a glance. */
  readonly title?: string;
  readonly panels: readonly PlacedPanel[];
}

export interface PageOptions {
  readonly uid: string;
  readonly title: string;
  /** The one question that the page answers. */
  readonly description: string;
  readonly from: string;
  readonly refresh: string;
  readonly variables: readonly Builder<VariableModel>[];
  readonly annotations?: readonly { readonly name: string; readonly query: string; readonly colour: string }[];
  readonly sections: readonly Section[];
  /** Where periods are chosen by name, the time picker would mislead. */
  readonly hideTimePicker?: boolean;
}

const columns = 24;
export const commonTag = 'releve';

export function page(options: PageOptions): Dashboard {
  const builder = new DashboardBuilder(options.title)
    .uid(options.uid)
    .description(options.description)
    .tags([commonTag])
    .timezone(timezone)
    .weekStart('monday')
    .readonly()
    .tooltip(DashboardCursorSync.Crosshair)
    .time({ from: options.from, to: 'now' })
    .timepicker(
      new TimePickerBuilder().hidden(options.hideTimePicker ?? false).refreshIntervals(['1m', '5m', '15m', '1h']),
    )
    .refresh(options.refresh)
    .link(
      new DashboardLinkBuilder('Pages')
        .type(DashboardLinkType.Dashboards)
        .tags([commonTag])
        .tooltip('Les autres pages, même période')
        .keepTime(true)
        .includeVars(true),
    );
  for (const variable of options.variables) builder.withVariable(variable);
  for (const annotation of options.annotations ?? []) builder.annotation(annotationOf(annotation));
  place(builder, options.sections);
  const dashboard = builder.build();
  const links = (dashboard.panels ?? []).flatMap((panel) => {
    const defaults = 'fieldConfig' in panel ? panel.fieldConfig?.defaults : undefined;
    return (defaults?.links ?? []) as object[];
  });
  for (const item of [...(dashboard.links ?? []), ...(dashboard.annotations?.list ?? []), ...links]) {
    delete (item as { placement?: unknown }).placement;
  }
  return dashboard;
}

/** Left to right, a new line where a panel does not fit; a section begins with a line of its own. */
function place(builder: DashboardBuilder, sections: readonly Section[]): void {
  let y = 0;
  sections.forEach((section, index) => {
    if (section.title !== undefined) {
      builder.withRow(new RowBuilder(section.title).id(firstRowId + index).gridPos({ x: 0, y, w: columns, h: 1 }));
      y += 1;
    }
    let x = 0;
    let height = 0;
    for (const panel of section.panels) {
      if (x + panel.width > columns) {
        y += height;
        x = 0;
        height = 0;
      }
      panel.builder.gridPos({ x, y, w: panel.width, h: panel.height });
      builder.withPanel(panel.builder);
      x += panel.width;
      height = Math.max(height, panel.height);
    }
    y += height;
  });
}

const firstRowId = 900;

function annotationOf(options: { name: string; query: string; colour: string }): Builder<AnnotationQuery> {
  return new AnnotationQueryBuilder()
    .name(options.name)
    .datasource(chosenSource)
    .enable(true)
    .iconColor(options.colour)
    .target(new FluxQueryBuilder(options.query, 'Anno'));
}
