/**
 * compose.yaml against the Compose specification (compose-spec.json is the schema of compose-go 2.16.2, Apache-2.0), and
 * against what the product promises: every image pinned, no secret in clear, roles without rights, scalable, checked.
 */
import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { parseConfig } from '../../domain/config/parse.ts';

interface Service {
  readonly image: string;
  readonly command?: string[];
  readonly user?: string;
  readonly read_only?: boolean;
  readonly cap_drop?: string[];
  readonly security_opt?: string[];
  readonly container_name?: string;
  readonly ports?: string[];
  readonly volumes?: string[];
  readonly configs?: { source: string; target: string }[];
  readonly secrets?: (string | { source: string; target: string })[];
  readonly environment?: Record<string, string | number>;
  readonly healthcheck?: { test?: string[]; disable?: boolean };
  readonly depends_on?: Record<string, { condition: string }>;
  readonly stop_grace_period?: string;
  readonly networks?: string[];
}
interface ComposeFile {
  readonly services: Record<string, Service>;
  readonly secrets: Record<string, { file: string }>;
  readonly volumes: Record<string, object>;
  readonly networks: Record<string, { internal?: boolean }>;
}

const infra = join(import.meta.dirname, '..', '..', 'infra');
const file = parse(readFileSync(join(infra, 'compose.yaml'), 'utf8'), { merge: true }) as ComposeFile;
const services = Object.entries(file.services);
const roles = ['ingest', 'process', 'sink', 'api', 'notify'];
const secretName = (secret: string | { source: string }): string =>
  typeof secret === 'string' ? secret : secret.source;

describe('the specification', () => {
  const schema = JSON.parse(readFileSync(join(import.meta.dirname, 'compose-spec.json'), 'utf8')) as object;
  const validate = new Ajv2020({ strict: false, validateFormats: false, allErrors: true }).compile(schema);

  test('compose.yaml is a Compose file', () => {
    validate(file);
    expect(validate.errors ?? []).toEqual([]);
  });

  test('the schema is one that refuses: an unknown key, a wrong type', () => {
    expect(validate({ services: { one: { image: 'a', imagee: 'b' } } })).toBe(false);
    expect(validate({ services: { one: { image: 'a', read_only: 12 } } })).toBe(false);
  });
});

describe('every service', () => {
  test.each(services)('%s: the image is pinned to a full version', (_, service) => {
    expect(service.image).toMatch(/^[a-z/-]+:\d+\.\d+\.\d+$/);
  });

  test.each(services)('%s: what it names is declared, and what it waits for is there', (_, service) => {
    for (const secret of service.secrets ?? []) expect(Object.keys(file.secrets)).toContain(secretName(secret));
    for (const network of service.networks ?? []) expect(Object.keys(file.networks)).toContain(network);
    for (const name of Object.keys(service.depends_on ?? {})) expect(Object.keys(file.services)).toContain(name);
    for (const volume of service.volumes ?? []) {
      const source = volume.split(':')[0]!;
      if (!source.startsWith('.')) expect(Object.keys(file.volumes)).toContain(source);
      else if (source !== './secrets') expect(existsSync(join(infra, source))).toBe(true);
    }
  });

  test.each(services)('%s: secrets are files, never values', (_, service) => {
    for (const [name, value] of Object.entries(service.environment ?? {})) {
      if (/PASSWORD|TOKEN|SECRET|_KEY/.test(name)) {
        expect([name, value]).toEqual([expect.stringMatching(/_FILE$/), expect.stringMatching(/^\/run\/secrets\//)]);
      }
    }
  });

  test.each(services)('%s: gains no rights, and opens ports to this machine only', (_, service) => {
    expect(service.security_opt).toContain('no-new-privileges:true');
    for (const port of service.ports ?? []) expect(port).toMatch(/^127\.0\.0\.1:/);
  });

  test.each(services.filter(([name]) => name !== 'setup'))('%s: has a health check', (_, service) => {
    expect(service.healthcheck?.test?.length).toBeGreaterThan(1);
  });
});

describe('the roles', () => {
  const named = roles.map((name) => [name, file.services[name]!] as const);

  test.each(named)('%s: runs its own command, read-only, without rights, as a user', (name, service) => {
    expect(service.command?.slice(0, 3)).toEqual([name, '-c', '/etc/releve']);
    expect([service.read_only, service.cap_drop, service.user]).toEqual([true, ['ALL'], 'node']);
  });

  test.each(named)('%s: stops within its grace period of more than the 10 s that a stop may take', (_, service) => {
    expect(Number.parseInt(service.stop_grace_period ?? '0', 10)).toBeGreaterThan(10);
  });

  test('each finds its own token under the name of the configuration', () => {
    const tokens = Object.fromEntries(
      named.map(([name, service]) => [
        name,
        [...(service.secrets ?? []), ...(service.configs ?? [])].map((entry) => entry).map(secretName),
      ]),
    );
    expect(tokens).toEqual({
      ingest: ['no_token'],
      process: ['influx_api_token'],
      sink: ['influx_sink_token'],
      api: ['influx_api_token'],
      notify: ['influx_api_token'],
    });
    const entries = named.flatMap(([, service]) => [...(service.secrets ?? []), ...(service.configs ?? [])]);
    const targets = entries.map((entry) => (typeof entry === 'string' ? entry : entry.target.split('/').at(-1)));
    expect(new Set(targets)).toEqual(new Set(['influx_token']));
  });

  test.each(['process', 'sink', 'notify'])('%s can be scaled: no name, port or volume of its own', (name) => {
    const service = file.services[name]!;
    expect([service.container_name, service.ports]).toEqual([undefined, undefined]);
    // What several share are copies of a partition's state, put in place whole, by whoever owns the partition.
    const shared = name === 'process' ? ['process-state:/var/lib/releve'] : [];
    expect(service.volumes).toEqual(['./releve:/etc/releve:ro', ...shared]);
  });

  test.each(named)('%s: answers where its health check asks', (name, service) => {
    const asked = /127\.0\.0\.1:(\d+)\/health/.exec(service.healthcheck?.test?.join(' ') ?? '')?.[1];
    const { command = [] } = service;
    const port = name === 'api' ? '8080' : command[command.indexOf('--operations-port') + 1];
    expect([name, asked]).toEqual([name, port]);
  });

  test('Grafana knows its address and whom its alerts reach', () => {
    const environment = file.services.grafana?.environment ?? {};
    for (const name of ['GF_SERVER_ROOT_URL', 'MAINT_WEBHOOK_URL', 'MAINT_EMAILS'])
      expect(Object.keys(environment)).toContain(name);
    const provisioned = readFileSync(join(infra, 'grafana/provisioning/alerting/contact-points.yaml'), 'utf8');
    for (const [, name] of provisioned.matchAll(/\$\{(\w+)\}/g)) expect(Object.keys(environment)).toContain(name);
    for (const [, path] of provisioned.matchAll(/\$__file\{\/run\/secrets\/(\w+)\}/g))
      expect(file.services.grafana?.secrets?.map(secretName)).toContain(path);
  });

  test('only the stores hold the network without a way out, and process and sink have no other', () => {
    expect(file.networks.store?.internal).toBe(true);
    for (const name of ['kafka', 'influxdb', 'process', 'sink'])
      expect(file.services[name]?.networks).toEqual(['store']);
  });
});

test('secrets.sh makes every secret that compose.yaml names, once, in a folder of its owner', () => {
  const folder = mkdtempSync(join(tmpdir(), 'releve-secrets-'));
  cpSync(join(infra, 'secrets.sh'), join(folder, 'secrets.sh'));
  const make = (): Record<string, string> => {
    execFileSync('sh', [join(folder, 'secrets.sh')]);
    const names = readdirSync(join(folder, 'secrets'));
    return Object.fromEntries(names.map((name) => [name, readFileSync(join(folder, 'secrets', name), 'utf8')]));
  };
  const made = make();
  expect(Object.keys(made).sort()).toEqual(Object.keys(file.secrets).sort());
  for (const name of ['influx_password', 'influx_operator_token', 'grafana_password']) {
    expect(made[name]).toMatch(/^[0-9a-f]{64}$/);
  }
  expect(make()).toEqual(made);
  expect(statSync(join(folder, 'secrets')).mode & 0o777).toBe(0o700);
  rmSync(folder, { recursive: true });
});

test('the servers of the configuration are those of compose.yaml, and load together with a building', () => {
  const read = (path: string): { name: string; text: string } => ({
    name: path,
    text: readFileSync(join(infra, path), 'utf8'),
  });
  const example = read('../releve.example.yaml');
  const building = { ...example, text: example.text.replace(/^api:.*$/m, '') };
  const config = parseConfig([read('releve/servers.yaml'), building], (reference) => reference);
  expect(config.buildings).toHaveLength(1);
  expect(config.kafka?.brokers).toEqual(['kafka:9092']);
  expect(file.services.kafka?.environment?.KAFKA_ADVERTISED_LISTENERS).toBe('PLAINTEXT://kafka:9092');
  expect(config.influx?.url).toBe('http://influxdb:8086');
  expect(config.influx?.token).toBe('file:/run/secrets/influx_token');
  expect(config.influx?.organisation).toBe(file.services.influxdb?.environment?.DOCKER_INFLUXDB_INIT_ORG);
  expect([config.api.host, config.api.port]).toEqual(['0.0.0.0', 8080]);
});
