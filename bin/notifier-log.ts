/** What the notifier says in the log, shared by `notify` and the embedded mode. Events hold keys and codes, never an address. */
import type { Logger } from 'pino';
import type { Config } from '../domain/config/config.ts';
import type { NotifierEvent } from '../notify/notifier.ts';

export function logNotifier(log: Logger, event: NotifierEvent): void {
  const { type, ...facts } = event;
  if (type === 'retry' || type === 'journal_away') log.warn(facts, type);
  else if (type === 'refused' || type === 'expired') log.error(facts, type);
  else log.info(facts, type);
}

/** What the configuration lacks for people to be told: said once, at the start. */
export function warnOfGaps(
  { buildings, notifications, api }: Pick<Config, 'buildings' | 'notifications' | 'api'>,
  log: Logger,
): void {
  const contacts = buildings.flatMap((building) => building.contacts);
  if (contacts.some(({ email }) => email !== undefined) && !notifications.smtp)
    log.warn('contacts have e-mail addresses, but notifications.smtp is missing: no mail is sent');
  const tenants = contacts.some(({ role, email }) => role === 'locataire' && email !== undefined);
  if (tenants && (notifications.unsubscribeSecret === undefined || api.publicUrl === undefined))
    log.warn('tenants cannot unsubscribe: notifications.unsubscribe_secret or api.public_url is missing');
}
