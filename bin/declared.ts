/** The building as the events of the journal leave it. */
import type { Building } from '../domain/building.ts';
import { type DeclaredEvent, parseDeclaredEvent } from '../domain/events.ts';
import type { JournalReader } from '../journal/port.ts';
import { withDeclaredEvents } from '../processors/context.ts';
import type { OpenJournal } from './journals.ts';

export async function withDeclared(building: Building, open: () => OpenJournal): Promise<Building> {
  const journal = open();
  try {
    return withDeclaredEvents(
      building,
      (await declaredEvents(journal.journal)).filter(
        (event) => event.building === building.id && event.type !== 'temperature',
      ),
    );
  } finally {
    await journal.close();
  }
}

/** Every event of the topic, the later declaration of one key in place of the earlier. */
export async function declaredEvents(journal: JournalReader): Promise<DeclaredEvent[]> {
  const events = new Map<string, DeclaredEvent>();
  const partitions = await journal.partitions('events');
  for (let partition = 0; partition < partitions; partition++) {
    for await (const batch of journal.read('events', partition)) {
      for (const { key, value } of batch) {
        const event = value === null || value === undefined ? null : parseDeclaredEvent(value);
        if (event?.ok) events.set(key, event.value);
        else if (value === null) events.delete(key);
      }
    }
  }
  return [...events.values()];
}

/** Every building as the journal's declared events leave it. */
export async function withJournalEvents(
  buildings: readonly Building[],
  journal: JournalReader,
): Promise<readonly Building[]> {
  const events = (await declaredEvents(journal)).filter((event) => event.type !== 'temperature');
  return buildings.map((building) =>
    withDeclaredEvents(
      building,
      events.filter((event) => event.building === building.id),
    ),
  );
}
