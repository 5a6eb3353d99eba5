/** Joins the API's route of the unsubscription link with the notifier's decision and the journal that keeps it. */
import type { UnsubscribeHandler } from '../api/routes/unsubscribe.ts';
import type { Building } from '../domain/building.ts';
import { systemClock } from '../domain/clock.ts';
import type { JournalAppender } from '../journal/port.ts';
import { handleUnsubscribe } from '../notify/unsubscribe.ts';

/** Nothing where no secret signs links. */
export function unsubscribing(
  secret: string | undefined,
  buildings: () => readonly Building[],
  journal: JournalAppender,
): { readonly unsubscribe?: UnsubscribeHandler } {
  if (secret === undefined) return {};
  return {
    unsubscribe: (request) =>
      handleUnsubscribe(request, { secret, buildings: buildings(), journal, now: systemClock.now() }),
  };
}
