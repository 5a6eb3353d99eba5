/** `start`: `npm run demo -- --once`: 60 days of 21 meters simulated, stored, analysed and the last full day printed; wall clock of the whole. */
import { execFileSync } from 'node:child_process';
import { root } from './children.ts';
import { median } from './figures.ts';
import type { BenchRow } from './row.ts';

const rounds = 3;
const allowedSeconds = 20;

export async function run(): Promise<BenchRow[]> {
  const seconds = Array.from({ length: rounds }, () => {
    const began = performance.now();
    const said = execFileSync('npm', ['run', '-s', 'demo', '--', '--once'], {
      cwd: root,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    if (said.length < 200) throw new Error(`the analysis is missing: ${said}`);
    return (performance.now() - began) / 1000;
  });
  const ours = median(seconds);
  const name = 'start: npm run demo to the first analysis of 60 days';
  return [{ name, ours, peer: allowedSeconds, ratio: ours / allowedSeconds, unit: 's, less is better' }];
}

if (import.meta.main) console.table(await run());
