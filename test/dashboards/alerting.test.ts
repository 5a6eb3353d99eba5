/** The alerting files as Grafana reads them: file shape, one rule an anomaly, references that exist, nobody told twice. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { ruleOfAnomaly } from '../../dashboards/alerting/anomaly-rules.ts';
import { alertFolder } from '../../dashboards/alerting/files.ts';
import { headingAnchor } from '../../dashboards/alerting/rule.ts';
import { dashboards } from '../../dashboards/output.ts';
import { type MeasurementSpec, measurements } from '../../domain/measurements.ts';
import { severityOf } from '../../domain/results.ts';
import { audiences } from '../../notify/recipients.ts';
import { fieldsOf, measurementsOf } from './flux-names.ts';

interface Rule {
  readonly uid: string;
  readonly title: string;
  readonly condition: string;
  readonly for: string;
  readonly noDataState: string;
  readonly execErrState: string;
  readonly dashboardUid: string;
  readonly panelId: number;
  readonly labels: Record<string, string>;
  readonly annotations: Record<string, string>;
  readonly data: readonly {
    readonly refId: string;
    readonly datasourceUid: string;
    readonly relativeTimeRange?: { readonly from: number; readonly to: number };
    readonly model: Record<string, unknown>;
  }[];
}

const project = join(import.meta.dirname, '../..');
const read = (name: string): unknown =>
  parse(readFileSync(join(project, 'infra/grafana/provisioning/alerting', name), 'utf8'));
const rulesFile = read('rules.yaml') as {
  apiVersion: number;
  groups: { orgId: number; name: string; folder: string; interval: string; rules: Rule[] }[];
};
const rules = rulesFile.groups.flatMap((group) => group.rules);
const runbook = readFileSync(join(project, 'docs/runbook.md'), 'utf8');
const anchors = [...runbook.matchAll(/^#+ (.+)$/gm)].map(([, heading]) => headingAnchor(heading!));

describe('rules', () => {
  test('have the shape of files, not of the HTTP API', () => {
    expect(rulesFile.apiVersion).toBe(1);
    for (const group of rulesFile.groups) {
      expect(Object.keys(group).sort()).toEqual(['folder', 'interval', 'name', 'orgId', 'rules']);
      expect(group.interval).toMatch(/^\d+m$/);
      // A folder of the dashboards' name would be made twice.
      expect(group.folder).toBe(alertFolder);
    }
    expect(alertFolder).not.toBe('Énergie');
  });

  test('have uids and titles of their own', () => {
    expect(new Set(rules.map(({ uid }) => uid)).size).toBe(rules.length);
    expect(new Set(rules.map(({ title }) => title)).size).toBe(rules.length);
    for (const { uid } of rules) expect(uid).toMatch(/^[a-z0-9-]{1,40}$/);
  });

  test('one for each anomaly, of its severity', () => {
    expect(Object.keys(ruleOfAnomaly).sort()).toEqual(Object.keys(severityOf).sort());
    for (const [type, uid] of Object.entries(ruleOfAnomaly)) {
      const rule = rules.find((found) => found.uid === uid);
      expect(rule?.labels.severity, type).toBe(severityOf[type as keyof typeof severityOf]);
    }
    expect(new Set(Object.values(ruleOfAnomaly)).size).toBe(Object.keys(severityOf).length);
  });

  test.each(rules.map((rule) => [rule.title, rule] as const))(
    '« %s » points to a panel and a runbook heading, and reduces one question to one limit',
    (_, rule) => {
      const page = Object.values(dashboards).find(({ uid }) => uid === rule.dashboardUid);
      expect(page?.panels?.some((panel) => panel.id === rule.panelId && panel.type !== 'row')).toBe(true);
      const [file, anchor] = rule.annotations.runbook_url!.split('#');
      expect(file).toBe('docs/runbook.md');
      expect(anchors).toContain(anchor);
      expect(rule.annotations.summary).toMatch(/Immeuble|composant|component|points/);
      expect(rule.labels.equipe).toMatch(/^(maintenance|syndic)$/);
      // Labels are expanded by Grafana, so that a template there would need doubled dollars.
      expect(JSON.stringify(rule.labels)).not.toContain('$');
      expect(rule.execErrState).toBe('Error');
      expect(rule.for).toMatch(/^\d+[smh]$/);
      expect(rule.data.map(({ refId }) => refId)).toEqual(['A', 'B', 'C']);
      const [question, reduction, limit] = rule.data;
      expect(question!.relativeTimeRange!.from).toBeGreaterThan(question!.relativeTimeRange!.to);
      expect(question!.model.intervalMs).toBeGreaterThan(1000);
      expect(reduction!.model).toMatchObject({ type: 'reduce', expression: 'A', reducer: 'last' });
      expect(limit!.model).toMatchObject({ type: 'threshold', expression: 'B' });
      expect(limit!.model.conditions).toHaveLength(1);
      const flux = String(question!.model.query);
      // Dashboard variables do not exist here, and a step would be a second.
      expect(flux).not.toMatch(/\$\{|v\.windowPeriod/);
      expect(flux).not.toMatch(/now\(\)/);
      const [measurement] = measurementsOf(flux);
      const spec: MeasurementSpec = measurements[measurement as keyof typeof measurements];
      for (const field of fieldsOf(flux)) expect(spec.fields.map((found) => found.field)).toContain(field);
    },
  );

  test('what means silence alerts when there is nothing at all', () => {
    const alerting = rules.filter(({ noDataState }) => noDataState === 'Alerting').map(({ uid }) => uid);
    expect(alerting).toEqual(['releve-silencieux', 'releve-surveillance', 'releve-composant-muet']);
  });
});

describe('who is told', () => {
  interface Route {
    readonly receiver: string;
    readonly object_matchers: readonly (readonly [string, string, string])[];
    readonly mute_time_intervals?: readonly string[];
  }
  const policies = read('policies.yaml') as { policies: { receiver: string; routes: Route[] }[] };
  const contacts = read('contact-points.yaml') as {
    contactPoints: { name: string; receivers: { uid: string; type: string; settings: Record<string, unknown> }[] }[];
  };
  const mutes = read('mute-timings.yaml') as { muteTimes: { name: string; time_intervals: object[] }[] };
  const [tree] = policies.policies;
  const routeOf = (labels: Record<string, string>): Route | undefined =>
    tree!.routes.find(({ object_matchers }) => object_matchers.every(([label, , value]) => labels[label] === value));

  test('the syndic’s alerts are never sent by Grafana, whatever their severity', () => {
    for (const rule of rules.filter(({ labels }) => labels.equipe === 'syndic')) {
      expect(routeOf(rule.labels)?.mute_time_intervals).toEqual(['toujours']);
    }
    const always = mutes.muteTimes.find(({ name }) => name === 'toujours');
    expect(always?.time_intervals).toEqual([{ times: [{ start_time: '00:00', end_time: '24:00' }] }]);
  });

  test('maintenance is told of everything else: critical and major at once, minor in working hours', () => {
    for (const rule of rules.filter(({ labels }) => labels.equipe === 'maintenance')) {
      const route = routeOf(rule.labels);
      expect(route?.receiver ?? tree!.receiver).toBe('maintenance');
      expect(route?.mute_time_intervals ?? []).toEqual(rule.labels.severity === 'mineur' ? ['heures-calmes'] : []);
    }
  });

  test('quiet hours are those of Paris, in summer and in winter', () => {
    const quiet = mutes.muteTimes.find(({ name }) => name === 'heures-calmes')!;
    expect(quiet.time_intervals).toEqual([
      {
        times: [
          { start_time: '20:00', end_time: '24:00' },
          { start_time: '00:00', end_time: '07:00' },
        ],
        location: 'Europe/Paris',
      },
      { weekdays: ['saturday', 'sunday'], location: 'Europe/Paris' },
    ]);
  });

  test('what the files take from outside, the composition gives to Grafana', () => {
    const folder = join(project, 'infra/grafana/provisioning');
    const texts = readdirSync(folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => name.endsWith('.yaml') && !name.endsWith('rules.yaml'))
      .map((name) => readFileSync(join(folder, name), 'utf8'))
      .join('\n');
    const { services } = parse(readFileSync(join(project, 'infra/compose.yaml'), 'utf8'), { merge: true }) as {
      services: { grafana: { environment: Record<string, string>; secrets: (string | { target: string })[] } };
    };
    const { environment, secrets } = services.grafana;
    const variables = [...texts.matchAll(/\$\{(\w+)\}/g)].map(([, name]) => name!);
    expect(variables.length).toBeGreaterThan(0);
    // Default values in the composition: an empty address would stop Grafana.
    for (const name of variables) expect(environment[name], name).toMatch(/:-.+\}$/);
    const targets = secrets.map((secret) => (typeof secret === 'string' ? secret : secret.target));
    const files = [...texts.matchAll(/\$__file\{\/run\/secrets\/(\w+)\}/g)].map(([, name]) => name!);
    expect(files.length).toBeGreaterThan(1);
    for (const name of files) expect(targets).toContain(name);
  });

  test('what the notifier leaves to Grafana is what Grafana sends to maintenance', () => {
    for (const [type, uid] of Object.entries(ruleOfAnomaly)) {
      const team = rules.find((rule) => rule.uid === uid)!.labels.equipe;
      const leaves = audiences[type as keyof typeof audiences].includes('maintenance');
      expect(team, type).toBe(leaves ? 'maintenance' : 'syndic');
    }
  });

  test('contact points and mute timings that are named exist, secrets are not in the files', () => {
    const names = contacts.contactPoints.map(({ name }) => name);
    for (const { receiver, mute_time_intervals = [] } of tree!.routes) {
      expect(names).toContain(receiver);
      for (const name of mute_time_intervals) expect(mutes.muteTimes.map((mute) => mute.name)).toContain(name);
    }
    for (const { type, settings } of contacts.contactPoints.flatMap(({ receivers }) => receivers)) {
      const secret = type === 'webhook' ? settings.authorization_credentials : settings.addresses;
      expect(secret).toMatch(/^(\$\{\w+\}|\$__file\{\/run\/secrets\/\w+\})$/);
    }
  });

  test('templates that contact points use are defined', () => {
    const templates = read('templates.yaml') as { templates: { template: string }[] };
    const defined = templates.templates.flatMap(({ template }) =>
      [...template.matchAll(/define "([\w.]+)"/g)].map(([, name]) => name),
    );
    const used = [...JSON.stringify(contacts).matchAll(/template \\"([\w.]+)\\"/g)].map(([, name]) => name);
    expect(used.length).toBe(2);
    for (const name of used) expect(defined).toContain(name);
  });
});
