/** The configuration's `kafka` section as the client takes it. Certificates and keys are PEM texts or paths to them. */
import { readFileSync } from 'node:fs';
import type { KafkaConfig, TlsOptions } from '../../domain/config/config.ts';
import { ConfigurationError } from '../../domain/errors.ts';
import type { KafkaOptions } from './client.ts';

/** @throws ConfigurationError when a certificate or key cannot be read */
export function connectionOf(kafka: KafkaConfig): Pick<KafkaOptions, 'brokers' | 'prefix' | 'ssl' | 'sasl'> {
  const { brokers, prefix, tls, sasl } = kafka;
  return { brokers, prefix, ssl: typeof tls === 'object' ? certificates(tls) : tls, sasl: sasl && mechanism(sasl) };
}

function certificates({ ca, cert, key }: TlsOptions): { ca?: string[]; cert?: string; key?: string } {
  return {
    ...(ca !== undefined && { ca: [pem(ca, 'ca')] }),
    ...(cert !== undefined && { cert: pem(cert, 'cert') }),
    ...(key !== undefined && { key: pem(key, 'key') }),
  };
}

function pem(textOrPath: string, member: string): string {
  if (textOrPath.includes('-----BEGIN')) return textOrPath;
  const path = textOrPath.replace(/^file:/, '');
  try {
    return readFileSync(path, 'utf8');
  } catch {
    throw new ConfigurationError([`kafka.tls.${member}: the file ${path} cannot be read`]);
  }
}

/** One object a mechanism: the client's type ties the mechanism's name to its members. */
function mechanism({ mechanism, username, password }: NonNullable<KafkaConfig['sasl']>): KafkaOptions['sasl'] {
  if (mechanism === 'plain') return { mechanism, username, password };
  if (mechanism === 'scram-sha-256') return { mechanism, username, password };
  return { mechanism, username, password };
}
