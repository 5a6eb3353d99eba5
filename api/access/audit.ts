/** One line for each access to a lot's data, granted or refused: who (a token's id, never the token), what, when. */
import type { Principal } from './tokens.ts';

export interface AuditLine {
  /** Epoch ms. */
  readonly at: number;
  /** The token's id, or `local` in the demo. */
  readonly who: string;
  readonly role: Principal['role'];
  readonly building: string;
  /** null: all lots. */
  readonly lot: number | null;
  /** The route's pattern. */
  readonly route: string;
  readonly outcome: 'granted' | 'refused';
}

export type AuditLog = (line: AuditLine) => void;
