/** The `kafka` section to the client's options: plain, TLS by the system's or by files, SASL. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { KafkaConfig } from '../../../domain/config/config.ts';
import { connectionOf } from '../../../journal/kafka/connection.ts';

const plain: KafkaConfig = { brokers: ['a:9092', 'b:9092'], prefix: 'releve', partitions: 8, replication: 3 };

test('without TLS and SASL there are brokers and a prefix only', () => {
  expect(connectionOf(plain)).toEqual({
    brokers: ['a:9092', 'b:9092'],
    prefix: 'releve',
    ssl: undefined,
    sasl: undefined,
  });
});

test('tls: true trusts the system', () => expect(connectionOf({ ...plain, tls: true }).ssl).toBe(true));
test('tls: false is no TLS', () => expect(connectionOf({ ...plain, tls: false }).ssl).toBe(false));

test('certificates are read from their files, and a missing one is an error', () => {
  const folder = mkdtempSync(join(tmpdir(), 'releve-connection-'));
  const file = (name: string): string => {
    writeFileSync(join(folder, name), `text of ${name}`);
    return join(folder, name);
  };
  const tls = { ca: file('ca'), cert: file('cert'), key: file('key') };
  expect(connectionOf({ ...plain, tls }).ssl).toEqual({ ca: ['text of ca'], cert: 'text of cert', key: 'text of key' });
  expect(connectionOf({ ...plain, tls: { ca: tls.ca } }).ssl).toEqual({ ca: ['text of ca'] });
  expect(() => connectionOf({ ...plain, tls: { ca: join(folder, 'missing') } })).toThrow(/missing/);
  rmSync(folder, { recursive: true });
});

test.each(['plain', 'scram-sha-256', 'scram-sha-512'] as const)(
  'SASL %s keeps its mechanism and credentials',
  (mechanism) => {
    const sasl = { mechanism, username: 'releve', password: 'p' };
    expect(connectionOf({ ...plain, sasl }).sasl).toEqual(sasl);
  },
);
