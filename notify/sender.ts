/** What carries a message: one attempt, its outcome as data. Repeating is the notifier's. */
import type { Contact } from '../domain/building.ts';

/** `accepted`: the other side has taken it. `refused`: it never will. `retry`: not now, or it is not known whether it was taken. */
export type SendOutcome =
  | { readonly outcome: 'accepted' }
  | { readonly outcome: 'refused'; readonly reason: string }
  | { readonly outcome: 'retry'; readonly reason: string };

export interface Composed {
  /** The idempotency key: Message-ID, Idempotency-Key. */
  readonly id: string;
  readonly subject: string;
  readonly text: string;
  readonly html: string;
  /** Body of a webhook. */
  readonly payload: object;
  /** A tenant's link; undefined: none. */
  readonly unsubscribeUrl?: string | undefined;
}

/** Reasons are codes without addresses: they are logged. `now`: epoch ms. */
export interface Sender {
  send(message: Composed, contact: Contact, now: number): Promise<SendOutcome>;
}
