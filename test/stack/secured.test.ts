/**
 * Kafka by SASL over TLS and InfluxDB by HTTPS, both with certificates of an authority of one's own, through the configuration alone: secrets from a
 * file and from the environment, set-up, check, import, process, sink. A wrong password or an unknown authority is told and no secret is.
 */
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { stringify } from 'yaml';
import { type InfluxServer, startInflux } from '../../infra/native/influx.ts';
import { type KafkaServer, startKafka } from '../../infra/native/kafka.ts';
import { freePort } from '../../infra/native/server-process.ts';
import { createInfluxResults } from '../../results/influx/results.ts';
import { buildingFile } from './faults/rig.ts';
import { healthy, type Role, startRole } from './faults/role.ts';

const username = 'releve';
const password = `kafka-${crypto.randomUUID()}`;
const wrong = `wrong-${crypto.randomUUID()}`;
const quarterMs = 900_000;
const root = join(import.meta.dirname, '..', '..');
const usualAuthorities = getCACertificates('default');

let folder: string;
let kafka: KafkaServer;
let influx: InfluxServer;
const roles: Role[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'releve-secured-'));
  makeCertificates();
  // The test itself asks InfluxDB too.
  setDefaultCACertificates([...usualAuthorities, readFileSync(file('ca.crt'), 'utf8')]);
  [kafka, influx] = await Promise.all([
    startKafka({ dir: file('kafka'), secured: { certificate: file('server.pem'), username, password } }),
    startInflux({ dir: file('influx'), tls: { cert: file('server.crt'), key: file('server.key') } }),
  ]);
  mkdirSync(file('secrets'));
  writeFileSync(file('secrets/kafka_password'), `${password}\n`);
}, 120_000);

afterAll(async () => {
  await Promise.all(roles.filter(({ ended }) => ended === undefined).map((role) => role.end('SIGKILL')));
  await Promise.all([kafka?.stop(), influx?.stop()]);
  setDefaultCACertificates(usualAuthorities);
  rmSync(folder, { recursive: true, force: true });
});

function file(name: string): string {
  return join(folder, name);
}

/** An authority and a certificate of it for 127.0.0.1. */
function makeCertificates(): void {
  const openssl = (...arguments_: string[]): unknown =>
    execFileSync('openssl', arguments_, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  const key = ['-newkey', 'rsa:2048', '-nodes', '-sha256'];
  for (const name of ['ca', 'stranger'])
    openssl(
      'req',
      '-x509',
      ...key,
      '-days',
      '2',
      '-subj',
      `/CN=${name}`,
      '-keyout',
      `${name}.key`,
      '-out',
      `${name}.crt`,
    );
  openssl('req', ...key, '-subj', '/CN=localhost', '-keyout', 'server.key', '-out', 'server.csr');
  writeFileSync(file('san'), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n');
  const authority = ['-CA', 'ca.crt', '-CAkey', 'ca.key', '-CAcreateserial'];
  openssl('x509', '-req', '-in', 'server.csr', ...authority, '-days', '2', '-extfile', 'san', '-out', 'server.crt');
  writeFileSync(
    file('server.pem'),
    readFileSync(file('server.key'), 'utf8') + readFileSync(file('server.crt'), 'utf8'),
  );
}

interface Secured {
  readonly mechanism?: 'plain' | 'scram-sha-512';
  readonly password?: string;
  readonly authority?: string;
  readonly influxAuthority?: string | null;
  /** Port of a gateway of the building's meters. */
  readonly bus?: number;
}

/** A configuration's path. */
function configuration(name: string, secured: Secured = {}): string {
  const { mechanism = 'scram-sha-512', authority = 'ca.crt', influxAuthority = 'ca.crt' } = secured;
  const path = file(`${name}.yaml`);
  writeFileSync(
    path,
    stringify({
      version: 1,
      kafka: {
        brokers: kafka.brokers,
        partitions: 2,
        tls: { ca: file(authority) },
        sasl: { mechanism, username, password: secured.password ?? `file:${file('secrets/kafka_password')}` },
      },
      influx: {
        url: influx.url,
        organisation: influx.org,
        token: '$' + '{RELEVE_INFLUX_TOKEN}',
        ...(influxAuthority !== null && { ca: file(influxAuthority) }),
      },
      buildings: [buildingFile('sur', 2)],
      buses:
        secured.bus === undefined
          ? []
          : [{ id: 'bus', building: 'sur', tcp: { host: '127.0.0.1', port: secured.bus } }],
      api: { host: '127.0.0.1', port: 0 },
    }),
  );
  return path;
}

function start(name: string, config: string, token: string, more: readonly string[] = []): Role {
  const environment = { RELEVE_INFLUX_TOKEN: token, RELEVE_KAFKA_PASSWORD: password, RELEVE_WRONG: wrong };
  const role = startRole(name, ['-c', config, '--data-dir', file(`data-${name}`), ...more], environment);
  roles.push(role);
  return role;
}

function tokenOf(holder: string): string {
  return readFileSync(file(`secrets/influx_${holder}_token`), 'utf8').trim();
}

test('set-up makes topics, buckets and tokens over TLS', () => {
  const program = ['--disable-warning=ExperimentalWarning', join(root, 'infra', 'setup.ts')];
  const options = ['--config', configuration('setup'), '--operator-token', file('influx/operator.token')];
  const said = execFileSync(process.execPath, [...program, ...options, '--secrets', file('secrets')], {
    encoding: 'utf8',
    env: { ...process.env, RELEVE_INFLUX_TOKEN: 'not yet' },
  });
  expect(JSON.parse(said)).toMatchObject({ topics: { remaining: [] } });
  expect(tokenOf('sink').length).toBeGreaterThan(20);
});

test.each(['plain', 'scram-sha-512'] as const)(
  'check reaches both, by %s and a password from the environment',
  async (mechanism) => {
    const config = configuration(mechanism, { mechanism, password: '$' + '{RELEVE_KAFKA_PASSWORD}' });
    const role = start('check', config, tokenOf('api'));
    expect([await role.done(), role.said.join('\n')]).toEqual([0, expect.stringContaining('"problems":[]')]);
  },
);

test('readings brought in come out as results in InfluxDB', async () => {
  const config = configuration('whole');
  for (const name of ['process', 'sink']) {
    const port = await freePort();
    const role = start(name, config, tokenOf(name === 'sink' ? 'sink' : 'api'), ['--operations-port', String(port)]);
    await healthy(role, port);
  }
  const from = Math.floor((Date.now() - 3 * 86_400_000) / quarterMs) * quarterMs;
  const lines = Array.from({ length: 200 }, (_, step) =>
    ['LOC01', 'LOC02', 'GLOBAL'].map(
      (meter, index) =>
        `${meter},${new Date(from + step * quarterMs).toISOString()},${1000 + step * 100 * (index + 1)}`,
    ),
  );
  writeFileSync(file('readings.csv'), ['meter,at,energy_import_wh', ...lines.flat(), ''].join('\n'));
  const importing = start('import', config, tokenOf('api'), [file('readings.csv')]);
  expect(await importing.done(), importing.said.join('\n')).toBe(0);
  const results = createInfluxResults(influx);
  await vi.waitFor(
    async () => {
      const days = await results.meterDays({ building: 'sur', from: from - 86_400_000, to: Date.now() });
      const whole = days.find((day) => day.meter === 'LOC02' && day.energyWh === 96 * 200);
      expect(whole).toBeDefined();
    },
    { timeout: 60_000, interval: 500 },
  );
  await results.close();
});

describe('what is refused is told', () => {
  test('a wrong password: check', async () => {
    const role = start('check', configuration('wrong', { password: '$' + '{RELEVE_WRONG}' }), tokenOf('api'));
    expect(await role.done()).toBe(1);
    expect(role.said.join('\n')).toMatch(/kafka: .*[Aa]uthentication/);
  });

  test.each(['process', 'sink'])('a wrong password ends %s with 1', async (name) => {
    const path = configuration(`wrong-${name}`, { password: '$' + '{RELEVE_WRONG}' });
    const role = start(name, path, tokenOf('sink'));
    expect([name, await role.done(), role.said.join('\n')]).toEqual([name, 1, expect.stringMatching(/uthentication/)]);
  });

  test('a wrong password: ingest reads on into its spool, and is not ready', async () => {
    const port = await freePort();
    const path = configuration('wrong-ingest', { password: '$' + '{RELEVE_WRONG}', bus: await freePort() });
    const role = start('ingest', path, tokenOf('sink'), ['--operations-port', String(port)]);
    await healthy(role, port);
    const ready = await fetch(`http://127.0.0.1:${port}/ready`);
    expect([ready.status, await ready.json()]).toEqual([503, { kafka: expect.stringMatching(/uthentication/) }]);
    expect(await role.end('SIGTERM')).toBe(130);
  });

  test('an authority that is not trusted: Kafka and InfluxDB', async () => {
    const path = configuration('stranger', { authority: 'stranger.crt', influxAuthority: null });
    const role = start('check', path, tokenOf('api'));
    expect(await role.done()).toBe(1);
    const said = role.said.join('\n');
    expect(said).toMatch(/kafka: .*certificate/);
    expect(said).toMatch(/influx: .*certificate/);
  });

  test('a certificate that is not there is a fault of the configuration', async () => {
    for (const path of [
      configuration('no-ca', { authority: 'none' }),
      configuration('no-influx-ca', { influxAuthority: 'none' }),
    ]) {
      const role = start('check', path, tokenOf('api'));
      expect([await role.done(), role.said.join('\n')]).toEqual([2, expect.stringContaining(file('none'))]);
    }
  });
});

test('no log holds a secret', () => {
  const said = roles.flatMap((role) => role.said).join('\n');
  expect(said.length).toBeGreaterThan(1000);
  for (const secret of [password, wrong, influx.token, tokenOf('sink'), tokenOf('api')])
    expect(said.includes(secret)).toBe(false);
});
