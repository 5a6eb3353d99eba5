/** Everything that is generated, as text by path from the project's folder: six dashboards and the alerting files. */
import type { Dashboard } from '@grafana/grafana-foundation-sdk/dashboard';
import { alertingFiles } from './alerting/files.ts';
import { chargesPage } from './charges.ts';
import { immeuble } from './immeuble.ts';
import { lotPage } from './lot.ts';
import { maintenancePage } from './maintenance.ts';
import { parcPage } from './parc.ts';
import { pipelinePage } from './pipeline.ts';

export const dashboards: Readonly<Record<string, Dashboard>> = {
  immeuble,
  charges: chargesPage,
  lot: lotPage,
  maintenance: maintenancePage,
  pipeline: pipelinePage,
  parc: parcPage,
};

export const alertingFolder = 'infra/grafana/provisioning/alerting';
export const dashboardFolder = 'dashboards/generated';

export function generatedFiles(): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  for (const [name, dashboard] of Object.entries(dashboards)) {
    files.set(`${dashboardFolder}/${name}.json`, `${JSON.stringify(dashboard, null, 2)}\n`);
  }
  for (const [name, text] of alertingFiles()) files.set(`${alertingFolder}/${name}`, text);
  return files;
}
