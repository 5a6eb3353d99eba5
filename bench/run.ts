/** `npm run bench [-- NAME …]`: each benchmark runs ours and a peer in turn in one command; medians and ratios. */
import type { BenchRow } from './row.ts';

const benches: Readonly<Record<string, () => Promise<{ run(): Promise<BenchRow[]> }>>> = {
  decode: () => import('./decode.ts'),
  rules: () => import('./rules.ts'),
  replay: () => import('./replay.ts'),
  api: () => import('./api.ts'),
  pipeline: () => import('./pipeline.ts'),
  sink: () => import('./sink.ts'),
  latency: () => import('./latency.ts'),
  state: () => import('./state.ts'),
  restore: () => import('./restore.ts'),
  start: () => import('./start.ts'),
  curves: () => import('./curves.ts'),
};

const wanted = process.argv.slice(2);
const unknown = wanted.filter((name) => !(name in benches));
if (unknown.length > 0) {
  process.stderr.write(`unknown: ${unknown.join(', ')}; there are ${Object.keys(benches).join(', ')}\n`);
  process.exit(2);
}
const rows: BenchRow[] = [];
for (const [name, load] of Object.entries(benches)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  process.stderr.write(`${name} …\n`);
  const began = performance.now();
  try {
    rows.push(...(await (await load()).run()));
  } catch (error) {
    // The other rows are worth having; this one is missing, and says why.
    process.stderr.write(`${name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
    process.exitCode = 1;
  }
  process.stderr.write(`${name}: ${Math.round((performance.now() - began) / 1000)} s\n`);
}
console.table(
  rows.map(({ name, ours, peer, ratio, unit }) => ({
    name,
    ours: rounded(ours),
    peer: rounded(peer),
    ratio: rounded(ratio),
    unit,
  })),
);

/** To three significant digits; all of a large whole. */
function rounded(value: number): number {
  return Math.abs(value) >= 1000 ? Math.round(value) : Number(value.toPrecision(3));
}
