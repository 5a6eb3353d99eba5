import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { createProgram } from '../../bin/releve.ts';
import { inFolder, logLines, releve, startReleve } from './releve.ts';

const names = [
  ...['demo', 'run', 'ingest', 'process', 'sink', 'api', 'notify', 'decode', 'scan', 'simulate', 'import'],
  ...['recompute', 'report', 'event', 'close', 'forget', 'check'],
];

describe('every command', () => {
  test('those of the contract', () => {
    expect(
      createProgram()
        .commands.map((command) => command.name())
        .sort(),
    ).toEqual([...names].sort());
  });

  test.each([...names, 'event add', 'event list'])(
    '%s --help: 0, with an example, the configuration and the folder',
    async (name) => {
      const { code, stdout, stderr } = await releve([...name.split(' '), '--help']);
      expect(code).toBe(0);
      expect(stderr).toBe('');
      expect(stdout).toMatch(/Exemples? ?:/);
      if (name !== 'event') expect(stdout).toMatch(/--config[\s\S]*--data-dir/);
    },
  );
});

describe('2: wrong usage or configuration', () => {
  test.each([
    [['bogus']],
    [[]],
    [['import']],
    [['report', '--bogus']],
    [['report', '--days', '367']],
    [['report', '--date', '2026-02-30']],
    [['report', '--period', 'semaine']],
    [['report', '--csv']],
    [['report', '--lot', '99']],
    [['close', '--period', 'mois', '--date', '2999-01-01']],
    [['recompute', '--from', '2026-02-02', '--to', '2026-02-01']],
    [['event', 'add', 'earthquake', '--at', '2026-02-02']],
    [['demo', '--once', '--days', '0']],
    [['process']],
    [['sink']],
    [['ingest']],
    [['api']],
    [['notify']],
    [['scan']],
  ])('%j', (args) =>
    inFolder(async (folder) => {
      const { code, stdout, stderr } = await releve(args.length === 0 ? [] : [...args, '--data-dir', folder]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).not.toBe('');
    }),
  );

  test('a configuration: all its problems at once', () =>
    inFolder(async (folder) => {
      const file = join(folder, 'releve.yaml');
      writeFileSync(
        file,
        'version: 1\nbuildings: [{ id: b, colour: red, lateness: 48, lots: [], meters: [{ id: A, role: tenant, lot: 3 }] }]\n',
      );
      const { code, stdout, stderr } = await releve(['check', '-c', file, '--data-dir', folder]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      const lines = stderr.trim().split('\n').sort();
      expect(lines).toHaveLength(3);
      expect(lines[0]).toMatch(/^buildings\.0\.colour: /);
      expect(lines[1]).toMatch(/^buildings\.0\.lateness: /);
      expect(lines[2]).toMatch(/^buildings\.0\.meters\.0\.lot: no lot 3/);
    }));

  test('one that is not there', async () => {
    expect(await releve(['run', '-c', '/nowhere/releve.yaml'])).toMatchObject({ code: 2, stdout: '' });
  });
});

test('a reader that has seen enough ends nothing badly', () =>
  inFolder(async (folder) => {
    const { child, ended } = startReleve(['report', '--days', '366', '--json', '--data-dir', folder]);
    child.stdout.once('data', () => child.stdout.destroy());
    const { code, stderr } = await ended;
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  }));

test('a stream of frames ends when nobody reads', async () => {
  const { child, ended } = startReleve(['decode', '-']);
  const frames = setInterval(() => child.stdin.write('E5\n'.repeat(1000)), 10);
  child.stdout.once('data', () => child.stdout.destroy());
  const { code } = await ended;
  clearInterval(frames);
  expect(code).toBe(0);
});

describe('130: interrupted', () => {
  const buses = `
buses: [{ id: bus1, tcp: { host: 127.0.0.1, port: 1 } }]
api: { port: 0 }
`;
  const building = (id: string): string => `
version: 1
buildings: [{ id: ${id}, meters: [{ id: A, role: general${id === 'b1' ? ', source: { bus: bus1, primary: 1 }' : ''} }] }]
`;

  test('run, on a folder of configurations, after draining; nobody else runs on its data meanwhile', () =>
    inFolder(async (folder) => {
      const configuration = join(folder, 'conf');
      mkdirSync(configuration);
      writeFileSync(join(configuration, 'b1.yaml'), `${building('b1')}${buses}`);
      writeFileSync(join(configuration, 'b2.yaml'), building('b2'));
      const args = ['run', '-c', configuration, '--data-dir', join(folder, 'data')];
      const run = startReleve(args);
      await run.says('"url":"http://127.0.0.1:');
      expect((await releve(args)).code).toBe(2);
      run.child.kill('SIGINT');
      const { code, stdout, stderr } = await run.ended;
      expect({ code, stdout }).toEqual({ code: 130, stdout: '' });
      expect(logLines(stderr).length).toBeGreaterThan(0);
      expect((await releve(['event', 'list', '-c', configuration, '--data-dir', join(folder, 'data')])).code).toBe(0);
    }));

  test('simulate', async () => {
    const { child, ended, says } = startReleve(['simulate', '--port', '0']);
    await says('127.0.0.1');
    child.kill('SIGTERM');
    expect((await ended).code).toBe(130);
  });
});
