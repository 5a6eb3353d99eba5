/** The image, the service of a small box, Grafana's provisioning and the pinned servers agree with the project. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';

const root = join(import.meta.dirname, '..', '..');
const read = (path: string): string => readFileSync(join(root, path), 'utf8');
const npm = JSON.parse(read('package.json')) as { version: string; devDependencies: Record<string, string> };
const compose = parse(read('infra/compose.yaml'), { merge: true }) as {
  services: Record<string, { image: string; volumes?: string[] }>;
};

describe('Dockerfile', () => {
  const lines = read('infra/Dockerfile').split('\n');
  const copied = lines
    .filter((line) => line.startsWith('COPY ') && !line.includes('--from'))
    .flatMap((line) => line.split(' ').slice(1, -1));

  test('is built on the Node that the project is tested with', () => {
    const bases = lines.filter((line) => line.startsWith('FROM ')).map((line) => line.split(' ')[1]);
    expect(new Set(bases)).toEqual(new Set([`node:${npm.devDependencies.node}-slim`]));
  });

  test('ends as a user without rights and runs the program', () => {
    expect(lines.filter((line) => line.startsWith('USER '))).toEqual(['USER node']);
    expect(lines.find((line) => line.startsWith('ENTRYPOINT'))).toContain('/app/bin/releve.ts');
  });

  test('copies what exists, and its ignore file lets all of that through', () => {
    const allowed = read('infra/Dockerfile.dockerignore')
      .split('\n')
      .filter((line) => line.startsWith('!'))
      .map((line) => line.slice(1));
    for (const path of copied) {
      expect(existsSync(join(root, path)), path).toBe(true);
      expect(allowed).toContain(path);
    }
  });

  test('holds every folder that the program imports from', () => {
    const folders = new Set(copied.map((path) => path.split('/')[0]));
    const sources = copied.filter((path) => !path.includes('.')).flatMap((folder) => typescriptFiles(folder));
    const imported = sources.flatMap((path) =>
      [...read(path).matchAll(/from '(\.[^']+)'/g)].map(([, target]) => join(path, '..', target!).split('/')[0]),
    );
    for (const folder of new Set(imported)) expect(folders).toContain(folder);
  });

  test('the image carries the version of the package', () => {
    expect(compose.services.process?.image).toBe(`releve:${npm.version}`);
  });
});

describe('systemd', () => {
  const unit = read('infra/systemd/releve.service');
  const values = (key: string): string[] =>
    [...unit.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map((match) => match[1]!);

  test('runs the embedded mode after a check of its configuration', () => {
    expect(values('ExecStart')[0]).toMatch(
      /releve\.ts run -c \/etc\/releve\/releve\.yaml --data-dir \/var\/lib\/releve$/,
    );
    expect(values('ExecStartPre')[0]).toMatch(/releve\.ts check -c /);
  });

  test('does not start a wrong configuration again and again', () => {
    expect(values('RestartPreventExitStatus')).toEqual(['2']);
    expect(values('Restart')).toEqual(['on-failure']);
  });

  test.each([
    ['DynamicUser', 'yes'],
    ['NoNewPrivileges', 'yes'],
    ['ProtectSystem', 'strict'],
    ['ProtectHome', 'yes'],
    ['PrivateTmp', 'yes'],
    ['CapabilityBoundingSet', ''],
    ['DevicePolicy', 'closed'],
  ])('%s=%s', (key, value) => expect(values(key)).toEqual([value]));
});

describe('Grafana', () => {
  const source = parse(read('infra/grafana/provisioning/datasources/influxdb.yaml')) as {
    datasources: { uid: string; access: string; url: string; secureJsonData: Record<string, string> }[];
  };
  const dashboards = parse(read('infra/grafana/provisioning/dashboards/releve.yaml')) as {
    providers: { allowUiUpdates: boolean; folder: string; options: { path: string } }[];
  };

  test('has one data source, of a fixed uid, whose token is a file', () => {
    expect(source.datasources).toHaveLength(1);
    expect(source.datasources[0]).toMatchObject({ uid: 'influxdb', access: 'proxy', url: 'http://influxdb:8086' });
    expect(source.datasources[0]?.secureJsonData).toEqual({ token: '$__file{/run/secrets/influx_token}' });
  });

  test('reads the dashboards where compose.yaml puts them, and lets nobody change them', () => {
    const provider = dashboards.providers[0]!;
    expect(provider.allowUiUpdates).toBe(false);
    expect(compose.services.grafana?.volumes).toContain(`../dashboards/generated:${provider.options.path}:ro`);
  });
});

test('the servers without containers have the versions of those with', () => {
  const paths = read('infra/native/paths.ts');
  const version = (name: string): string | undefined => new RegExp(`${name}Version = '([^']+)'`).exec(paths)?.[1];
  expect(compose.services.kafka?.image).toBe(`apache/kafka:${version('kafka')}`);
  expect(compose.services.influxdb?.image).toBe(`influxdb:${version('influx')}`);
  expect(read('infra/native/kafka-server/pom.xml')).toContain(`<version>${version('kafka')}</version>`);
  expect(read('infra/native/influxd/go.mod')).toContain(`github.com/influxdata/influxdb/v2 v${version('influx')} `);
});

function typescriptFiles(folder: string): string[] {
  return readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && !name.includes('node_modules'))
    .map((name) => join(folder, name));
}
