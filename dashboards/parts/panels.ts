/**
 * The kinds of panel that the dashboards use, each with what every panel must have: a number, a title, a description, a unit, the
 * data source by variable and a text for the case that there is nothing to show.
 */
import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import type { DataSourceRef } from '@grafana/grafana-foundation-sdk/common';
import {
  type DashboardLink,
  DashboardLinkBuilder,
  DashboardLinkType,
  type DynamicConfigValue,
  type GridPos,
  type Panel,
  type Threshold,
  ThresholdsConfigBuilder,
  ThresholdsMode,
  type ValueMapping,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { chosenSource, FluxQueryBuilder } from './flux-query.ts';
import { type Unit, withUnit } from './theme.ts';

export interface PanelOptions {
  /** Stable: links and alerts refer to it. */
  readonly id: number;
  readonly title: string;
  readonly description: string;
  /** Shown where a query gives nothing. */
  readonly noValue: string;
  readonly unit: Unit;
  /** Of 24 columns. */
  readonly width: number;
  /** In grid units of 38 pixels. */
  readonly height: number;
  readonly decimals?: number;
  readonly mappings?: readonly ValueMapping[];
  readonly thresholds?: readonly Threshold[];
  readonly link?: { readonly title: string; readonly url: string };
}

/** One question of a panel, with how its answer is named and drawn. */
export interface Line {
  readonly query: string;
  readonly name?: string;
  readonly colour?: string;
  /** Where it is another than the panel's. */
  readonly unit?: Unit;
  readonly decimals?: number;
  readonly properties?: readonly DynamicConfigValue[];
}

export interface PlacedPanel {
  readonly builder: Builder<Panel> & { gridPos(position: GridPos): unknown };
  readonly width: number;
  readonly height: number;
}

/** What all panel builders of the SDK have in common. */
export interface PanelBuilderLike extends Builder<Panel> {
  id(id: number): this;
  title(title: string): this;
  description(description: string): this;
  datasource(source: DataSourceRef): this;
  unit(unit: string): this;
  decimals(decimals: number): this;
  noValue(text: string): this;
  mappings(mappings: ValueMapping[]): this;
  thresholds(thresholds: Builder<{ mode: ThresholdsMode; steps: Threshold[] }>): this;
  dataLinks(links: Builder<DashboardLink>[]): this;
  gridPos(position: GridPos): this;
  withTarget(target: Builder<Dataquery>): this;
  overrideByQuery(refId: string, properties: DynamicConfigValue[]): this;
}

const neutral: readonly Threshold[] = [{ value: null, color: 'text' }];

/** Gives a builder what every panel has, and its questions as A, B, C … */
export function dress<B extends PanelBuilderLike>(
  builder: B,
  options: PanelOptions,
  lines: readonly Line[],
): PlacedPanel {
  builder
    .id(options.id)
    .title(options.title)
    .description(options.description)
    .datasource(chosenSource)
    .unit(options.unit.id)
    .noValue(options.noValue)
    .thresholds(
      new ThresholdsConfigBuilder().mode(ThresholdsMode.Absolute).steps([...(options.thresholds ?? neutral)]),
    );
  if (options.decimals !== undefined) builder.decimals(options.decimals);
  if (options.mappings) builder.mappings([...options.mappings]);
  if (options.link) builder.dataLinks([panelLink(options.link.title, options.link.url)]);
  lines.forEach((line, index) => {
    const refId = String.fromCharCode(65 + index);
    builder.withTarget(new FluxQueryBuilder(line.query, refId));
    const properties = lineProperties(line);
    if (properties.length > 0) builder.overrideByQuery(refId, properties);
  });
  return { builder, width: options.width, height: options.height };
}

/** How a line is named and drawn, as an override. */
export function lineProperties(line: Line): DynamicConfigValue[] {
  return [
    ...(line.name === undefined
      ? []
      : [{ id: 'displayName', value: line.unit === undefined ? line.name : withUnit(line.name, line.unit) }]),
    ...(line.unit === undefined ? [] : [{ id: 'unit', value: line.unit.id }]),
    ...(line.decimals === undefined ? [] : [{ id: 'decimals', value: line.decimals }]),
    ...(line.colour === undefined ? [] : [{ id: 'color', value: { mode: 'fixed', fixedColor: line.colour } }]),
    ...(line.properties ?? []),
  ];
}

export function panelLink(title: string, url: string): Builder<DashboardLink> {
  return new DashboardLinkBuilder(title).type(DashboardLinkType.Link).url(url);
}

/** Colours from a value on: `[[null, 'green'], [1, 'red']]`. */
export function steps(...pairs: readonly (readonly [value: number | null, color: string])[]): Threshold[] {
  return pairs.map(([value, color]) => ({ value, color }));
}
