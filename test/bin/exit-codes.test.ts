import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Command } from 'commander';
import { describe, expect, test } from 'vitest';
import { createProgram } from '../../bin/releve.ts';
import { ConfigurationError } from '../../domain/errors.ts';
import { inFolder, logLines, releve, startReleve } from './releve.ts';

const names = [
  ...['demo', 'run', 'ingest', 'process', 'sink', 'api', 'notify', 'decode', 'scan', 'simulate', 'import'],
  ...['recompute', 'report', 'event', 'close', 'forget', 'check'],
];

describe('every command', () => {
  test('those of the contract', async () => {
    const program = await createProgram();
    expect(program.commands.map((command) => command.name()).sort()).toEqual([...names].sort());
  });

  test.each([...names, 'event add', 'event list'])(
    '%s --help has an example, the configuration and the folder',
    async (name) => {
      let help = '';
      let command: Command = await createProgram();
      for (const word of name.split(' ')) command = command.commands.find((each) => each.name() === word) as Command;
      command.configureOutput({ writeOut: (text) => (help += text) }).outputHelp();
      expect(help).toMatch(/Exemples? ?:/);
      if (name !== 'event') expect(help).toMatch(/--config[\s\S]*--data-dir/);
    },
  );

  test('--help is a result: 0, on stdout', async () => {
    const { code, stdout, stderr } = await releve(['event', 'add', '--help']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toContain('Exemple');
  });
});

describe('2: wrong usage or configuration', () => {
  // Each in a process of its own: what one command needs of a package may fail in plain Node alone.
  test.each([
    [['bogus']],
    [['import']],
    [['report', '--bogus']],
    [['report', '--days', '367']],
    [['process']],
    [['sink']],
    [['ingest']],
    [['api']],
    [['notify']],
    [['scan']],
    [['forget', '--lot', '99']],
  ])('%j', (args) =>
    inFolder(async (folder) => {
      const { code, stdout, stderr } = await releve([...args, '--data-dir', folder]);
      expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
      expect(stderr).not.toBe('');
    }),
  );

  test.each([
    [['report', '--date', '2026-02-30'], '--date: '],
    [['report', '--period', 'semaine'], '--period: '],
    [['report', '--csv'], '--csv'],
    [['report', '--lot', '99'], '--lot: '],
    [['close', '--period', 'mois', '--date', '2999-01-01'], '--period: '],
    [['close', '--period', 'semaine', '--date', '2026-01-01'], '--period: '],
    [['recompute', '--from', '2026-02-02', '--to', '2026-02-01'], '--to: '],
    [['event', 'add', 'earthquake', '--at', '2026-02-02'], 'type: '],
    [['event', 'add', 'move-out', '--lot', '99', '--at', '2026-02-02'], '--lot: '],
    [['event', 'add', 'move-out', '--lot', '3', '--at', '2026-02-02T10:00'], '--at: '],
    [['event', 'add', 'multiplier', '--meter', 'LOC01', '--multiplier', 'x', '--at', '2026-02-02'], 'multiplier: '],
    [['event', 'add', 'tariff', '--slot', 'hp=20@06:00-22:00', '--at', '2026-02-02'], '--slot: '],
    [['demo', '--once', '--days', '0'], '--days: '],
    [['demo', '--leak-w', '-3'], '--leak-w: '],
    [['process', '--threads', '0'], '--threads: '],
  ])('%j says %s', (args, problem) =>
    inFolder(async (folder) => {
      const outcome = createProgram(args[0]).then((program) =>
        program.parseAsync(['node', 'releve', ...args, '--data-dir', folder]),
      );
      await expect(outcome).rejects.toBeInstanceOf(ConfigurationError);
      await expect(outcome).rejects.toThrow(problem);
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
    }));

  test('simulate', async () => {
    const { child, ended, says } = startReleve(['simulate', '--port', '0']);
    await says('127.0.0.1');
    child.kill('SIGTERM');
    expect((await ended).code).toBe(130);
  });
});
