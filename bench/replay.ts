/**
 * `replay`: a CSV of a year (21 meters every 15 minutes, 735,840 readings) to all results, embedded and durable, beside the same rows through a CSV
 * parser and SQLite inserts in transactions of 5,000. Each round runs in a process and folder of its own; the ratio is ours ÷ the peer's time.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { fileURLToPath } from 'node:url';
import { parse } from 'csv-parse/sync';
import type { BenchRow } from './row.ts';

const rounds = 3;
const meterCount = 21;
const steps = 365 * 96;
const start = Date.UTC(2025, 5, 30, 22);

export async function run(): Promise<BenchRow[]> {
  const directory = mkdtempSync(join(tmpdir(), 'releve-replay-'));
  try {
    const file = join(directory, 'year.csv');
    writeFileSync(file, yearCsv());
    const ours: number[] = [];
    const peer: number[] = [];
    for (let round = 0; round < rounds; round++) {
      peer.push(inProcess('peer', file, join(directory, `peer-${round}.sqlite`)));
      ours.push(inProcess('ours', file, join(directory, `ours-${round}`)));
    }
    const [oursMs, peerMs] = [median(ours), median(peer)];
    return [
      {
        name: 'replay of a year, time ÷ peer’s (CSV + SQLite inserts)',
        ours: oursMs,
        peer: peerMs,
        ratio: oursMs / peerMs,
        unit: 'ms, less is better',
      },
    ];
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** Plausible loads without randomness: a daily and a weekly wave. */
function yearCsv(): string {
  const lines = ['meter,at,energy_import_wh,power_w'];
  const index = new Array<number>(meterCount).fill(1_000_000);
  for (let step = 0; step < steps; step++) {
    const at = new Date(start + step * 900_000).toISOString();
    let sum = 0;
    for (let meter = 0; meter < meterCount - 1; meter++) {
      const powerW = Math.round(
        250 +
          180 * Math.sin((step / 96) * 2 * Math.PI + meter) +
          60 * Math.sin((step / 672) * 2 * Math.PI) +
          ((step * 7 + meter * 13) % 40),
      );
      index[meter] = (index[meter] as number) + Math.round(powerW / 4);
      sum += powerW;
      lines.push(`LOC${String(meter + 1).padStart(2, '0')},${at},${index[meter]},${powerW}`);
    }
    index[20] = (index[20] as number) + Math.round(sum / 4) + 30;
    lines.push(`GLOBAL,${at},${index[20]},${sum + 120}`);
  }
  return `${lines.join('\n')}\n`;
}

/** Milliseconds of the work itself, told by the child. */
function inProcess(mode: 'ours' | 'peer', file: string, target: string): number {
  const out = execFileSync(
    process.execPath,
    ['--disable-warning=ExperimentalWarning', fileURLToPath(import.meta.url), mode, file, target],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'] },
  );
  return Number(out.trim().split('\n').at(-1));
}

function insertPlain(file: string, target: string): void {
  const rows = parse(readFileSync(file, 'utf8'), { columns: true }) as {
    meter: string;
    at: string;
    energy_import_wh: string;
    power_w: string;
  }[];
  const database = new DatabaseSync(target);
  database.exec(
    'PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; CREATE TABLE reading (meter TEXT, at INTEGER, energy_import_wh INTEGER, power_w REAL, PRIMARY KEY (meter, at))',
  );
  const insert = database.prepare('INSERT INTO reading VALUES (?, ?, ?, ?)');
  for (let from = 0; from < rows.length; from += 5000) {
    database.exec('BEGIN');
    for (const row of rows.slice(from, from + 5000))
      insert.run(row.meter, Date.parse(row.at), Number(row.energy_import_wh), Number(row.power_w));
    database.exec('COMMIT');
  }
  database.close();
}

async function importOurs(file: string, target: string): Promise<void> {
  const { createProgram } = await import('../bin/releve.ts');
  const write = process.stdout.write.bind(process.stdout);
  process.stdout.write = () => true;
  await (await createProgram('import')).parseAsync(['node', 'releve', 'import', file, '--data-dir', target]);
  process.stdout.write = write;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

if (import.meta.main) {
  const [mode, file, target] = process.argv.slice(2);
  if (mode === undefined) console.table(await run());
  else {
    const began = performance.now();
    if (mode === 'ours') await importOurs(file as string, target as string);
    else insertPlain(file as string, target as string);
    process.stdout.write(`${performance.now() - began}\n`);
  }
}
