/** `releve run`: the embedded mode on a real configuration, all in one process and one SQLite file. */
import { join } from 'node:path';
import type { Command } from 'commander';
import { ConfigurationError } from '../domain/errors.ts';
import { openSqliteStore } from '../results/sqlite/open.ts';
import { withJournalEvents } from './declared.ts';
import { startLive } from './live.ts';
import { takeLock } from './lock.ts';
import { createLogger } from './logger.ts';
import { type CommonOptions, configurationOf, databaseFile, dataDirectory } from './options.ts';
import { onShutdown } from './shutdown.ts';

export function registerRun(program: Command): void {
  program
    .command('run')
    .description('tout en un : relève, analyses, page et API, dans un seul fichier SQLite')
    .addHelpText('after', '\nExemple :\n  npm run -s releve -- run -c releve.yaml --data-dir /var/lib/releve')
    .action(async (options: CommonOptions) => {
      const config = configurationOf(options);
      if (config.buses.length === 0)
        throw new ConfigurationError(['buses: none is configured, there is nothing to read']);
      const directory = dataDirectory(options, config);
      const lock = takeLock(directory);
      if (!lock) throw new ConfigurationError([`${directory}: another releve works on this folder`]);
      const store = openSqliteStore(databaseFile(directory));
      const shutdown = onShutdown();
      try {
        const buildings = await withJournalEvents(config.buildings, store.journal);
        const live = await startLive({
          store,
          buildings,
          buses: config.buses,
          api: config.api,
          open: false,
          notifications: config.notifications,
          invocationsFile: join(directory, 'invocations.json'),
          ...(options.config && { configurationFile: options.config }),
          refresh: async () => ({
            buildings: await withJournalEvents(config.buildings, store.journal),
            tokens: configurationOf(options).api.tokens,
          }),
        });
        createLogger('releve').info({ url: live.url }, 'page et API');
        await Promise.race([shutdown.requested, live.processing.done]);
        await live.stop();
        process.exitCode = 130;
      } finally {
        store.close();
        lock.release();
      }
    });
}
