/** The installers' lock, between processes: one at a time, and free again when its holder is killed. */
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withLock } from '../../../infra/native/lock.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'releve-lock-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('work that fails gives the lock back, with its error', async () => {
  const file = join(folder, 'lock.db');
  const quiet = (): void => undefined;
  await expect(withLock(file, quiet, () => Promise.reject(new Error('no network')))).rejects.toThrow('no network');
  expect(await withLock(file, quiet, async () => 'done')).toBe('done');
});

test('another process is waited for, and its death is enough', async () => {
  const file = join(folder, 'lock.db');
  const module = join(import.meta.dirname, '..', '..', '..', 'infra', 'native', 'lock.ts');
  const holder = join(folder, 'holder.ts');
  writeFileSync(
    holder,
    `import { withLock } from ${JSON.stringify(module)};
     await withLock(${JSON.stringify(file)}, () => undefined, async () => {
       console.log('held');
       await new Promise((resolve) => setTimeout(resolve, 60_000));
     });`,
  );
  const child = spawn(process.execPath, [holder], { stdio: ['ignore', 'pipe', 'ignore'] });
  await new Promise((resolve) => child.stdout.once('data', resolve));
  const events: string[] = [];
  const onWait = (): void => {
    events.push('waiting');
    child.kill('SIGKILL');
  };
  await withLock(file, onWait, async () => {
    events.push('mine');
  });
  expect(events).toEqual(['waiting', 'mine']);
});
