/** One line for each access to a lot's data, granted or refused: who (a token's id, never the token), what, when. */
import type { Principal } from './tokens.ts';

export interface AuditLine {
  /** Epoch ms. */
  readonly at: number;
  /** `none`: no token was presented, or an unknown one. */
  readonly who: string;
  readonly role: Principal['role'] | null;
  readonly building: string;
  /** null: all lots. */
  readonly lot: number | null;
  /** The route's pattern. */
  readonly route: string;
  readonly outcome: 'granted' | 'refused';
}

export type AuditLog = (line: AuditLine) => void;
