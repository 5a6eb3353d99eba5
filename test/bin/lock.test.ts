import { spawn } from 'node:child_process';
import { expect, test } from 'vitest';
import { takeLock } from '../../bin/lock.ts';
import { inFolder } from './releve.ts';

const lockModule = new URL('../../bin/lock.ts', import.meta.url).href;

test('one at a time; free again when released', () =>
  inFolder(async (folder) => {
    const first = takeLock(folder);
    expect(first).not.toBeNull();
    expect(takeLock(folder)).toBeNull();
    first?.release();
    const second = takeLock(folder);
    expect(second).not.toBeNull();
    second?.release();
  }));

test('another process holds it for as long as it lives, however it ends', () =>
  inFolder(async (folder) => {
    const script = `import { takeLock } from ${JSON.stringify(lockModule)};
      console.log(takeLock(${JSON.stringify(folder)}) === null ? 'refused' : 'held');
      setInterval(() => {}, 1000);`;
    const child = spawn(process.execPath, [
      '--disable-warning=ExperimentalWarning',
      '--input-type=module',
      '-e',
      script,
    ]);
    const said = await new Promise((resolve) => child.stdout.once('data', (data) => resolve(String(data).trim())));
    expect(said).toBe('held');
    expect(takeLock(folder)).toBeNull();
    const ended = new Promise((resolve) => child.once('close', resolve));
    child.kill('SIGKILL');
    await ended;
    const lock = takeLock(folder);
    expect(lock).not.toBeNull();
    lock?.release();
  }));
