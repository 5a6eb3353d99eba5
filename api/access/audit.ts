/**
 * Who has looked at a lot's data, granted or refused: who (a token's id, never the token), what, when.
 *
 * An open page asks every few seconds. So the first access of an hour is told at once, and the others of the same token, lot, route and outcome are
 * counted and told as one line (`accesses`, `at` the last of them) when that hour is over or the server stops.
 */
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
  /** So many since the line before; 1 where left out. */
  readonly accesses?: number;
}

export type AuditLog = (line: AuditLine) => void;

export interface Audit {
  readonly log: AuditLog;
  /** Tells what was only counted so far. */
  flush(): void;
}

const hourMs = 3_600_000;

export function createAudit(write: AuditLog): Audit {
  /** In the order in which their hours began. */
  const hours = new Map<string, { readonly since: number; last: AuditLine; accesses: number }>();

  function tell(key: string): void {
    const hour = hours.get(key);
    hours.delete(key);
    if (hour && hour.accesses > 0) write({ ...hour.last, accesses: hour.accesses });
  }

  return {
    log(line) {
      for (const [key, { since }] of hours) {
        if (line.at < since + hourMs) break;
        tell(key);
      }
      const { at, ...what } = line;
      const key = JSON.stringify(what);
      const hour = hours.get(key);
      if (hour) {
        hour.last = line;
        hour.accesses++;
        return;
      }
      hours.set(key, { since: at, last: line, accesses: 0 });
      write(line);
    },
    flush() {
      for (const key of [...hours.keys()]) tell(key);
    },
  };
}
