/** Every Flux question of the dashboards and alert rules, by a name like `immeuble/6 B`, `lot/variable compteur`, `alerte/releve-bus`. */
import type { Dashboard, Panel } from '@grafana/grafana-foundation-sdk/dashboard';
import { rulesFile } from '../../dashboards/alerting/files.ts';
import { dashboards } from '../../dashboards/output.ts';
import { calendar, hour, now } from './dataset/clock.ts';

export interface Question {
  readonly name: string;
  readonly kind: 'panel' | 'variable' | 'annotation' | 'alert';
  /** Panel type: `timeseries`, `stat`, `table` … */
  readonly type: string;
  readonly title: string;
  readonly flux: string;
  /** How far back Grafana looks, ms. */
  readonly rangeMs: number;
  /** Names of the answer's value columns as expected answers: the question's own, or one for each line that was put side by side. */
  readonly lines: Readonly<Record<string, string>>;
}

const day = 24 * hour;
const shownMs: Readonly<Record<string, number>> = { maintenance: day, pipeline: day };

export function panelsOf(dashboard: Dashboard): Panel[] {
  return (dashboard.panels ?? []).filter((panel): panel is Panel => panel.type !== 'row');
}

export const questions: readonly Question[] = [
  ...Object.entries(dashboards).flatMap(([page, dashboard]) => questionsOf(page, dashboard)),
  ...rulesFile.groups.flatMap(({ rules }) =>
    rules.map(
      (rule): Question => ({
        name: `alerte/${rule.uid}`,
        kind: 'alert',
        type: 'alert',
        title: rule.title,
        flux: String(rule.data[0]!.model.query),
        rangeMs: rule.data[0]!.relativeTimeRange!.from * 1000,
        lines: { _value: `alerte/${rule.uid}` },
      }),
    ),
  ),
];

function questionsOf(page: string, dashboard: Dashboard): Question[] {
  const rangeMs = shownMs[page] ?? now - calendar.day('2026-03-01').start;
  const base = { rangeMs, title: page };
  return [
    ...(dashboard.templating?.list ?? [])
      .filter(({ type }) => type === 'query')
      .map(
        (variable): Question => ({
          ...base,
          name: `${page}/variable ${variable.name}`,
          kind: 'variable',
          type: 'variable',
          lines: { _value: `${page}/variable ${variable.name}` },
          flux: String(variable.query),
        }),
      ),
    ...(dashboard.annotations?.list ?? []).map(
      (annotation): Question => ({
        ...base,
        name: `${page}/annotation`,
        kind: 'annotation',
        type: 'annotation',
        lines: { _value: `${page}/annotation` },
        flux: fluxOf(annotation.target),
      }),
    ),
    ...panelsOf(dashboard).flatMap((panel) =>
      (panel.targets ?? []).map(
        (target): Question => ({
          name: `${page}/${panel.id} ${(target as unknown as { refId: string }).refId}`,
          kind: 'panel',
          type: panel.type,
          title: panel.title ?? '',
          flux: fluxOf(target),
          lines: linesOf(fluxOf(target), `${page}/${panel.id}`, (target as unknown as { refId: string }).refId),
          rangeMs,
        }),
      ),
    ),
  ];
}

function linesOf(flux: string, panel: string, refId: string): Record<string, string> {
  const letters = [...flux.matchAll(/set\(key: "line", value: "(\w)"\)/g)].map(([, letter]) => letter!);
  if (letters.length === 0) return { _value: `${panel} ${refId}` };
  return Object.fromEntries(letters.map((letter) => [letter, `${panel} ${letter}`]));
}

function fluxOf(target: unknown): string {
  return String((target as { query: string }).query);
}

/** The building of the data set, and what its dashboards' selectors stand on. */
export const chosen = {
  immeuble: 'TILLEULS',
  immeubles: '.*',
  compteur: 'LOC07',
  periode: 'month',
  debut: '2026-02-01',
};
