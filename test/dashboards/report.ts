/** `releve report` as a process on the data set in InfluxDB, with the token that only reads. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { stringify } from 'yaml';
import type { ChargesAnswer } from '../../api/answers/charges.ts';
import type { DailyAnalysisAnswer } from '../../api/answers/daily-analysis.ts';
import type { TenantReportAnswer } from '../../api/answers/tenant-report.ts';
import type { InfluxConnection } from '../../results/influx/admin-request.ts';
import { releve } from '../bin/releve.ts';
import { roleOf } from './dataset/days.ts';
import { building, meters, tenants } from './dataset/load.ts';

export interface Reports {
  days(date: string, count: number): Promise<DailyAnalysisAnswer['analyses']>;
  period(name: 'mois' | 'trimestre' | 'annee', date: string): Promise<ChargesAnswer>;
  lot(number: number, date: string, count: number): Promise<TenantReportAnswer>;
}

/** `folder`: for the configuration and what the command keeps. */
export function reportsOn(store: InfluxConnection, folder: string): Reports {
  const file = join(folder, 'releve.yaml');
  writeFileSync(join(folder, 'token'), store.token);
  const lots = tenants.map((_, index) => ({ number: index + 1, tantiemes: { generales: 50 } }));
  writeFileSync(
    file,
    stringify({
      version: 1,
      buildings: [
        {
          id: building,
          cos_phi: 0.95,
          charges: { mode: 'repartition' },
          lots,
          meters: meters.map((id) => {
            const role = roleOf(id);
            return { id, role, ...(role === 'tenant' && { lot: Number(id.slice(3)) }), installed_at: '2020-01-01' };
          }),
        },
      ],
      influx: { url: store.url, organisation: store.org, token: `file:${join(folder, 'token')}` },
    }),
  );
  async function report<T>(...args: readonly string[]): Promise<T> {
    const { code, stdout, stderr } = await releve(['report', '-c', file, '--data-dir', folder, '--json', ...args]);
    if (code !== 0) throw new Error(`releve report ${args.join(' ')} ended with ${code}: ${stderr}`);
    return JSON.parse(stdout) as T;
  }
  return {
    days: async (date, count) =>
      (await report<DailyAnalysisAnswer>('--date', date, '--days', String(count))).analyses.toSorted((a, b) =>
        a.date < b.date ? -1 : 1,
      ),
    period: (name, date) => report('--period', name, '--date', date),
    lot: (number, date, count) => report('--lot', String(number), '--date', date, '--days', String(count)),
  };
}
