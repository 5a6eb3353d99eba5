/** The configuration's `kafka` section as the client takes it; certificates are read from their files (PEM). */
import { readFileSync } from 'node:fs';
import type { KafkaConfig } from '../../domain/config/config.ts';
import type { KafkaOptions } from './client.ts';

/** @throws Error when a certificate or key cannot be read */
export function connectionOf(kafka: KafkaConfig): Pick<KafkaOptions, 'brokers' | 'prefix' | 'ssl' | 'sasl'> {
  const { brokers, prefix, tls, sasl } = kafka;
  return { brokers, prefix, ssl: typeof tls === 'object' ? certificates(tls) : tls, sasl: sasl && mechanism(sasl) };
}

function certificates({
  ca,
  cert,
  key,
}: {
  ca?: string | undefined;
  cert?: string | undefined;
  key?: string | undefined;
}) {
  const read = (path: string): string => readFileSync(path, 'utf8');
  return {
    ...(ca !== undefined && { ca: [read(ca)] }),
    ...(cert !== undefined && { cert: read(cert) }),
    ...(key !== undefined && { key: read(key) }),
  };
}

/** One object a mechanism: the client's type ties the mechanism's name to its members. */
function mechanism({ mechanism, username, password }: NonNullable<KafkaConfig['sasl']>): KafkaOptions['sasl'] {
  if (mechanism === 'plain') return { mechanism, username, password };
  if (mechanism === 'scram-sha-256') return { mechanism, username, password };
  return { mechanism, username, password };
}
