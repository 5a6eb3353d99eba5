/**
 * Bearer tokens: 256 random bits each, so one SHA-256 is enough to store them (a slow hash protects guessable secrets, these are none).
 * The configuration holds hashes only; every comparison takes the same time whether it fits or not.
 */
import { createHash, randomBytes, timingSafeEqual } from 'node:crypto';

export type TokenRole = 'syndic' | 'maintenance' | 'locataire';

export interface TokenConfig {
  readonly role: TokenRole;
  /** Ids of the buildings in its scope. */
  readonly buildings: readonly string[];
  /** The only lot of a `locataire`. */
  readonly lot?: number | undefined;
  /** `sha256:` and 64 hex digits. */
  readonly hash: string;
  /** Epoch ms; from then on the token is refused. */
  readonly expiresAt?: number | undefined;
}

/** Who asks. `id` names the token in the audit without giving it away. */
export interface Principal {
  readonly id: string;
  readonly role: TokenRole;
  /** null: every building (the demo on loopback). */
  readonly buildings: ReadonlySet<string> | null;
  readonly lot: number | null;
}

export interface TokenTable {
  /** The owner of a token at an instant (epoch ms); undefined: unknown, revoked or expired. */
  identify(token: string, now: number): Principal | undefined;
  /** Replaces all tokens: those left out are revoked from the next request on. Throws where a hash or scope is malformed. */
  reload(tokens: readonly TokenConfig[]): void;
}

/** The demo's visitor: the syndic of whatever is simulated. */
export const localVisitor: Principal = { id: 'local', role: 'syndic', buildings: null, lot: null };

export function generateToken(): { readonly token: string; readonly hash: string } {
  const token = `rlv_${randomBytes(32).toString('base64url')}`;
  return { token, hash: hashToken(token) };
}

export function hashToken(token: string): string {
  return `sha256:${digest(token).toString('hex')}`;
}

export function createTokenTable(tokens: readonly TokenConfig[]): TokenTable {
  let entries = tokens.map(readEntry);
  return {
    identify(token, now) {
      const presented = digest(token);
      let found: Entry | undefined;
      for (const entry of entries) if (timingSafeEqual(entry.hash, presented)) found = entry;
      return found && (found.expiresAt === undefined || now < found.expiresAt) ? found.principal : undefined;
    },
    reload(replacement) {
      entries = replacement.map(readEntry);
    },
  };
}

interface Entry {
  readonly hash: Buffer;
  readonly principal: Principal;
  readonly expiresAt: number | undefined;
}

function readEntry(token: TokenConfig): Entry {
  const hex = /^sha256:([0-9a-f]{64})$/i.exec(token.hash)?.[1];
  if (hex === undefined) throw new RangeError('token hash: expected sha256: and 64 hex digits');
  if (token.role === 'locataire' && token.lot === undefined) throw new RangeError('token of a locataire: lot missing');
  return {
    hash: Buffer.from(hex, 'hex'),
    principal: {
      id: hex.slice(0, 12).toLowerCase(),
      role: token.role,
      buildings: new Set(token.buildings),
      lot: token.role === 'locataire' ? (token.lot ?? null) : null,
    },
    expiresAt: token.expiresAt,
  };
}

function digest(token: string): Buffer {
  return createHash('sha256').update(token).digest();
}
