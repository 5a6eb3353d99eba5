/** A certificate authority of one's own, as a private network has one. */
import { readFileSync } from 'node:fs';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { ConfigurationError } from '../../domain/errors.ts';

/**
 * Trusts the authorities of a PEM file beside the usual ones, in the whole process: the store is reached by several clients that have no
 * setting in common. @throws ConfigurationError when it cannot be read or holds no certificate
 */
export function trustAuthorities(path: string): void {
  try {
    setDefaultCACertificates([...getCACertificates('default'), ...certificatesOf(readFileSync(path, 'utf8'))]);
  } catch (error) {
    throw new ConfigurationError([`influx.ca: ${path}: ${error instanceof Error ? error.message : String(error)}`]);
  }
}

function certificatesOf(pem: string): string[] {
  const found = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g);
  if (!found) throw new Error('no certificate');
  return found;
}
