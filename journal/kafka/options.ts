/** Connection options from the configuration's section `kafka`. Certificates are PEM texts or paths to them. */
import { readFileSync } from 'node:fs';
import type { SASLOptions } from 'kafkajs';
import type { KafkaConfig as KafkaSection, TlsOptions } from '../../domain/config/config.ts';
import type { KafkaOptions } from './client.ts';

/** Throws where a certificate's file cannot be read. */
export function kafkaOptions(section: KafkaSection): KafkaOptions {
  const { brokers, prefix, tls, sasl } = section;
  return {
    brokers,
    prefix,
    ...(tls === undefined ? {} : { ssl: typeof tls === 'boolean' ? tls : tlsOptions(tls) }),
    ...(sasl === undefined ? {} : { sasl: sasl as SASLOptions }),
  };
}

function tlsOptions({ ca, cert, key }: TlsOptions): { ca?: string; cert?: string; key?: string } {
  return {
    ...(ca === undefined ? {} : { ca: pem(ca) }),
    ...(cert === undefined ? {} : { cert: pem(cert) }),
    ...(key === undefined ? {} : { key: pem(key) }),
  };
}

function pem(textOrPath: string): string {
  return textOrPath.includes('-----BEGIN') ? textOrPath : readFileSync(textOrPath.replace(/^file:/, ''), 'utf8');
}
