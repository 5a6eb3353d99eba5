/**
 * One alert rule in the shape of Grafana's provisioning files: a Flux question (A), its last number a series (B), a limit (C). The
 * shape of the HTTP API differs and is not accepted in files.
 */
import { uids } from '../parts/links.ts';

export type Team = 'maintenance' | 'syndic';
export type AlertSeverity = 'critique' | 'majeur' | 'mineur';

export interface AlertOptions {
  readonly uid: string;
  readonly title: string;
  readonly severity: AlertSeverity;
  /** `maintenance`: sent by Grafana; `syndic`: shown by Grafana, sent by the notifier. */
  readonly team: Team;
  readonly query: string;
  /** How far the question looks back, s. */
  readonly rangeSeconds: number;
  /** Fires above this. */
  readonly above: number;
  readonly for: string;
  /** What no series at all means: nothing to complain of, or the way of the readings is down. */
  readonly noData: 'OK' | 'Alerting';
  readonly summary: string;
  readonly page: keyof typeof uids;
  readonly panel: number;
}

export interface FileRule {
  readonly uid: string;
  readonly title: string;
  readonly condition: 'C';
  readonly for: string;
  readonly noDataState: 'OK' | 'Alerting';
  readonly execErrState: 'Error';
  readonly dashboardUid: string;
  readonly panelId: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly data: readonly FileQuery[];
}

interface FileQuery {
  readonly refId: string;
  readonly datasourceUid: string;
  readonly relativeTimeRange?: { readonly from: number; readonly to: number };
  readonly model: Readonly<Record<string, unknown>>;
}

/** The uid of the data source in `infra/grafana/provisioning/datasources`: rules know no variables. */
export const alertSourceUid = 'influxdb';
const expressionSource = { type: '__expr__', uid: '__expr__' };

export function rule(options: AlertOptions): FileRule {
  return {
    uid: options.uid,
    title: options.title,
    condition: 'C',
    for: options.for,
    noDataState: options.noData,
    execErrState: 'Error',
    dashboardUid: uids[options.page],
    panelId: options.panel,
    labels: { severity: options.severity, equipe: options.team },
    annotations: {
      summary: options.summary,
      runbook_url: `docs/runbook.md#${headingAnchor(options.title)}`,
      // Messages take their link to the panel from these, the rule's page from the two keys above.
      __dashboardUid__: uids[options.page],
      __panelId__: String(options.panel),
    },
    data: [
      {
        refId: 'A',
        datasourceUid: alertSourceUid,
        relativeTimeRange: { from: options.rangeSeconds, to: 0 },
        model: {
          refId: 'A',
          // Without it v.windowPeriod would be one second; no question here uses it.
          intervalMs: 60_000,
          maxDataPoints: 1000,
          datasource: { type: 'influxdb', uid: alertSourceUid },
          query: options.query,
        },
      },
      {
        refId: 'B',
        datasourceUid: '__expr__',
        model: { refId: 'B', type: 'reduce', expression: 'A', reducer: 'last', datasource: expressionSource },
      },
      {
        refId: 'C',
        datasourceUid: '__expr__',
        model: {
          refId: 'C',
          type: 'threshold',
          expression: 'B',
          conditions: [{ evaluator: { type: 'gt', params: [options.above] } }],
          datasource: expressionSource,
        },
      },
    ],
  };
}

/** The anchor that a Markdown page gives a heading: small letters, hyphens for spaces, no other marks. */
export function headingAnchor(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{Letter}\p{Number}\s-]/gu, '')
    .replace(/\s+/g, '-');
}
