/** A notifier as a process of its own, to be killed: arguments are the SQLite file, the ports of the mail server, and the webhook's URL. */
import { systemClock } from '../../domain/clock.ts';
import { startNotifier } from '../../notify/notifier.ts';
import { openSqliteStore } from '../../results/sqlite/open.ts';
import { killConfiguration } from './kill-configuration.ts';

const [file, mailPort, webhookUrl] = process.argv.slice(2) as [string, string, string];
const { buildings, notifications } = killConfiguration(Number(mailPort), webhookUrl);
const store = openSqliteStore(file);
startNotifier({
  journal: store.journal,
  buildings,
  notifications,
  mode: 'embedded',
  clock: systemClock,
  onEvent(event) {
    if (event.type === 'journal' && event.event.type === 'assigned') process.stdout.write('assigned\n');
  },
});
