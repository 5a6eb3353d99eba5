/** Killed at any instant, the file holds every record it acknowledged, and results that are exactly those of the records before its position. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { TopicName } from '../../../domain/topics.ts';
import type { Journal, JournalRecord } from '../../../journal/port.ts';
import { openSqliteStore } from '../../../results/sqlite/open.ts';
import { until } from '../../contract/journal.contract.ts';
import type { Sum } from '../../contract/summing-task.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'releve-kill-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

async function readAll(journal: Journal, topic: TopicName): Promise<JournalRecord[]> {
  const records: JournalRecord[] = [];
  for await (const batch of journal.read(topic, 0)) records.push(...batch);
  return records;
}

test('five kills', async () => {
  const file = join(folder, 'releve.sqlite');
  let stored = 0;
  for (let kill = 0; kill < 5; kill++) {
    const script = fileURLToPath(new URL('./crashing-process.ts', import.meta.url));
    const child = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', script, file], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const gone = new Promise((resolve) => child.once('exit', resolve));
    let said = '';
    child.stdout.on('data', (chunk: Buffer) => {
      said += chunk;
    });
    await until(async () => said.includes('\n'));
    await sleep(20 + 37 * kill);
    child.kill('SIGKILL');
    await gone;

    const { journal, close } = openSqliteStore(file);
    const readings = await readAll(journal, 'readings');
    const acknowledged = Number(said.slice(0, said.lastIndexOf('\n')).split('\n').at(-1));
    expect(readings.length).toBeGreaterThanOrEqual(stored + acknowledged);
    stored = readings.length;
    const state = await readAll(journal, 'state');
    const position = (
      state.find(({ key }) => key === 'positions/0')?.value as { positions: { readings: number } } | undefined
    )?.positions;
    const expected = new Map<string, Sum>();
    for (const { offset, value } of readings) {
      if (offset >= (position?.readings ?? 0)) continue;
      const { building, energyImportWh } = value as { building: string; energyImportWh: number };
      const { count, total } = expected.get(building) ?? { count: 0, total: 0 };
      expected.set(building, { building, count: count + 1, total: total + energyImportWh });
    }
    const sums = new Map(
      (await readAll(journal, 'results')).map(({ value }) => [(value as Sum).building, value as Sum]),
    );
    expect(sums).toEqual(expected);
    expect(sums.size).toBeGreaterThan(0);
    close();
  }
});
