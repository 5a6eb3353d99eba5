/** Nothing personal in the journal or the log, whatever is found and however sending ends. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type AnomalyType, severityOf } from '../../domain/results.ts';
import { smtpFailure } from '../../notify/mail.ts';
import type { NotifierEvent } from '../../notify/notifier.ts';
import type { Sender } from '../../notify/sender.ts';
import { openSqliteStore } from '../../results/sqlite/open.ts';
import { anomaly, configuration, hourMs, noonish, personal } from './fixtures.ts';
import { append, notifications, run, virtualTime } from './harness.ts';

const types = Object.keys(severityOf) as AnomalyType[];

const finding = fc.record({
  type: fc.constantFrom(...types),
  lots: fc.uniqueArray(fc.integer({ min: 1, max: 6 }), { maxLength: 6 }),
  meter: fc.option(fc.constantFrom('LOC01', 'LOC02', 'LOC03')),
  bus: fc.option(fc.constant('bus1')),
});

test('records and events hold keys, never a name, an address or a value', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(finding, { minLength: 1, maxLength: 12 }),
      fc.infiniteStream(fc.constantFrom('accepted', 'refused', 'retry', 'throws-550', 'throws-421')),
      async (findings, outcomes) => {
        const time = virtualTime(noonish);
        const store = openSqliteStore(':memory:', time);
        const loaded = configuration();
        let told = 0;
        const sender: Sender = {
          async send(_message, contact) {
            told++;
            const outcome = outcomes.next().value as string;
            if (outcome === 'throws-550')
              return smtpFailure(
                Object.assign(new Error(`550 <${contact.email}> ${contact.name}`), {
                  code: 'EENVELOPE',
                  command: 'RCPT TO',
                  responseCode: 550,
                  response: `550 ${contact.email}`,
                }),
              );
            if (outcome === 'throws-421')
              return smtpFailure(
                Object.assign(new Error(`421 ${contact.email}`), {
                  code: 'EMESSAGE',
                  command: 'DATA',
                  responseCode: 421,
                }),
              );
            return outcome === 'accepted' ? { outcome } : { outcome: outcome as 'refused' | 'retry', reason: 'CODE' };
          },
        };
        const running = run(store.journal, loaded, time, { senders: { mail: sender, webhook: sender } });
        const value = 17_321.5;
        const found = findings.map((more) => anomaly(more.type, { ...more, value, text: 'une phrase' }));
        await append(store.journal, ...found);
        await time.goTo(noonish + hourMs);
        await running.notifier.stop();
        const kept = JSON.stringify([await notifications(store.journal), running.events satisfies NotifierEvent[]]);
        store.close();
        for (const secret of [...personal, 'example.org', 'secret of', '17321', 'une phrase'])
          expect(kept).not.toContain(secret);
        const dues = running.events.filter(({ type }) => type === 'due').length;
        expect(told).toBeGreaterThanOrEqual(dues);
      },
    ),
    { numRuns: 15 },
  );
}, 60_000);
