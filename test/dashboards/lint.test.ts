/** Rules that every dashboard keeps, read from the generated JSON as Grafana reads it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type MeasurementSpec, measurements, nullsField } from '../../domain/measurements.ts';
import { everyFlux, fieldsOf, measurementsOf } from './flux-names.ts';

interface Target {
  readonly refId: string;
  readonly query: string;
  readonly datasource: { readonly uid: string };
}
interface PanelJson {
  readonly id: number;
  readonly type: string;
  readonly title: string;
  readonly description?: string;
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number };
  readonly datasource?: { readonly uid: string };
  readonly targets?: readonly Target[];
  readonly fieldConfig?: {
    readonly defaults: {
      readonly unit?: string;
      readonly noValue?: string;
      readonly links?: readonly { readonly url: string }[];
    };
    readonly overrides: readonly { readonly properties: readonly { readonly id: string; readonly value: unknown }[] }[];
  };
}
interface DashboardJson {
  readonly uid: string;
  readonly title: string;
  readonly description: string;
  readonly timezone: string;
  readonly weekStart: string;
  readonly editable: boolean;
  readonly tags: readonly string[];
  readonly links: readonly { readonly keepTime: boolean; readonly includeVars: boolean; readonly placement?: string }[];
  readonly panels: readonly PanelJson[];
  readonly templating: {
    readonly list: readonly {
      readonly name: string;
      readonly type: string;
      readonly label: string;
      readonly query: unknown;
    }[];
  };
  readonly annotations?: {
    readonly list: readonly { readonly name: string; readonly target: Target; readonly placement?: string }[];
  };
}

const folder = join(import.meta.dirname, '../../dashboards/generated');
const files = readdirSync(folder).filter((name) => name.endsWith('.json'));
const pages = files.map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as DashboardJson);
const byUid = new Map(pages.map((page) => [page.uid, page]));
const drawn = (page: DashboardJson): readonly PanelJson[] => page.panels.filter(({ type }) => type !== 'row');

test('six pages of their own uid and title', () => {
  expect(pages.map(({ title }) => title).sort()).toEqual([
    'Charges',
    'Immeuble',
    'Lot',
    'Maintenance',
    'Parc',
    'Pipeline',
  ]);
  expect(byUid.size).toBe(pages.length);
});

describe.each(pages.map((page) => [page.title, page] as const))('%s', (_, page) => {
  test('is read-only, in the zone of Paris, from Monday on, and says which question it answers', () => {
    expect(page).toMatchObject({ timezone: 'Europe/Paris', weekStart: 'monday', editable: false });
    expect(page.description).toMatch(/\?$/);
  });

  test('numbers its panels and rows once', () => {
    const ids = page.panels.map(({ id }) => id);
    expect(ids.every((id) => Number.isInteger(id) && id > 0)).toBe(true);
    expect(new Set(ids).size).toBe(ids.length);
    const titles = drawn(page).map(({ title }) => title);
    expect(new Set(titles).size).toBe(titles.length);
  });

  test('lays its panels out without overlap, within 24 columns', () => {
    const taken = new Set<string>();
    for (const { title, gridPos } of page.panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (let x = gridPos.x; x < gridPos.x + gridPos.w; x++) {
        for (let y = gridPos.y; y < gridPos.y + gridPos.h; y++) {
          expect(taken.has(`${x}/${y}`), `${title} covers another panel`).toBe(false);
          taken.add(`${x}/${y}`);
        }
      }
    }
  });

  test.each(drawn(page).map((panel) => [panel.title, panel] as const))(
    '« %s » is titled, described, has a unit, a text for nothing, and a source by variable',
    (title, panel) => {
      expect(title.length).toBeGreaterThan(3);
      expect(panel.description).toMatch(/^.{20,}[.]$/s);
      expect(panel.fieldConfig?.defaults.unit).toBeTruthy();
      expect(panel.fieldConfig?.defaults.noValue).toBeTruthy();
      expect(panel.targets?.length).toBeGreaterThan(0);
      for (const { datasource } of [panel as { datasource: { uid: string } }, ...(panel.targets ?? [])]) {
        expect(datasource.uid).toBe('${source}');
      }
    },
  );

  test('has a data source variable, and every variable that its questions use', () => {
    const names = page.templating.list.map(({ name }) => name);
    expect(names[0]).toBe('source');
    for (const variable of page.templating.list) {
      expect(variable.label).toBeTruthy();
      // An object would stop the whole page: Grafana calls string functions on it.
      if (variable.type === 'query') expect(typeof variable.query).toBe('string');
    }
    for (const flux of everyFlux(page)) {
      for (const [, name] of flux.matchAll(/\$\{(\w+)(?::\w+)?\}/g)) expect(names).toContain(name);
    }
  });

  test('asks only for measurements and fields of the schema', () => {
    for (const flux of everyFlux(page)) {
      for (const measurement of measurementsOf(flux)) expect(Object.keys(measurements)).toContain(measurement);
      const known = new Set(
        measurementsOf(flux).flatMap((name) => {
          const spec: MeasurementSpec = measurements[name as keyof typeof measurements];
          return spec.fields.map(({ field }) => field);
        }),
      );
      for (const field of fieldsOf(flux)) expect([...known, nullsField]).toContain(field);
    }
  });

  test('writes no building, meter or date into a question', () => {
    for (const flux of everyFlux(page)) {
      for (const [, , value] of flux.matchAll(/r\.(building|meter|lot|bus) (?:==|=~) (\S+)/g))
        expect(value).toContain('${');
      expect(flux.replaceAll(/start: 2000-01-01T00:00:00Z, stop: 2100-01-01T00:00:00Z/g, '')).not.toMatch(
        /\d{4}-\d{2}-\d{2}/,
      );
    }
  });

  test('links to pages and panels that exist, keeping the time range', () => {
    expect(
      page.links.every(({ keepTime, includeVars, placement }) => keepTime && includeVars && placement === undefined),
    ).toBe(true);
    expect((page.annotations?.list ?? []).every(({ placement }) => placement === undefined)).toBe(true);
    for (const url of urlsOf(page)) {
      expect(url).toContain('${__url_time_range}');
      const uid = /^\/d\/([\w-]+|\$\{__data\.fields\.page\})\?/.exec(url)?.[1];
      if (uid?.startsWith('$')) continue;
      expect([...byUid.keys()]).toContain(uid);
      const panel = /viewPanel=(\d+)/.exec(url)?.[1];
      if (panel !== undefined) expect(drawn(byUid.get(uid!)!).map(({ id }) => id)).toContain(Number(panel));
      for (const [, name] of url.matchAll(/var-(\w+)=/g)) {
        // A variable that the page does not have is ignored there; it must exist somewhere.
        expect(pages.some(({ templating }) => templating.list.some((variable) => variable.name === name))).toBe(true);
      }
    }
  });

  test('speaks French', () => {
    const texts = [
      page.title,
      page.description,
      ...page.panels.flatMap((panel) => [
        panel.title,
        panel.description ?? '',
        panel.fieldConfig?.defaults.noValue ?? '',
      ]),
      ...page.panels.flatMap((panel) =>
        (panel.fieldConfig?.overrides ?? []).flatMap(({ properties }) =>
          properties.filter(({ id }) => id === 'displayName').map(({ value }) => String(value)),
        ),
      ),
      ...page.templating.list.map(({ label }) => label),
      ...(page.annotations?.list ?? []).map(({ name }) => name),
    ];
    for (const text of texts) expect(text).not.toMatch(englishWords);
  });
});

test('anomaly tables lead to pages that exist', () => {
  const named = pages
    .flatMap((page) => everyFlux(page))
    .flatMap((flux) => [...flux.matchAll(/(?:then|else) "(releve-[\w-]+)"/g)].map(([, uid]) => uid!));
  expect(named.length).toBeGreaterThan(0);
  for (const uid of named) expect([...byUid.keys()]).toContain(uid);
});

const englishWords =
  /\b(the|and|of|with|without|day|days|month|year|power|energy|meter|meters|building|load|peak|rate|share|count|last|open|closed|state|status|failed|late|rejected|latency|lag|throughput|no data|since|by|per)\b/i;

function urlsOf(page: DashboardJson): string[] {
  return page.panels.flatMap((panel) => [
    ...(panel.fieldConfig?.defaults.links ?? []).map(({ url }) => url),
    ...(panel.fieldConfig?.overrides ?? []).flatMap(({ properties }) =>
      properties
        .filter(({ id }) => id === 'links')
        .flatMap(({ value }) => (value as { url: string }[]).map(({ url }) => url)),
    ),
  ]);
}
