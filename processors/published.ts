/** What is remembered of a result that was published, so that it is told again only when its content has changed. */
import type { Anomaly, Recommendation } from '../domain/results.ts';

export interface Published {
  revision: number;
  /** Of the content without revision and instants. */
  hash: number;
  /** Anomalies and recommendations: what closing or withdrawing them needs. */
  open?: boolean | undefined;
  openedAt?: number | undefined;
  last?: Anomaly | undefined;
  lastAdvice?: Recommendation | undefined;
}
