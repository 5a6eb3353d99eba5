/** Move-in, move-out and vacancy events made into stays: who, if anybody, lives in a lot at which time. */
import type { Lot, Occupancy } from './building.ts';
import type { DeclaredEvent } from './events.ts';

/** The lots with the declared changes applied in order of time; the later declaration of one instant wins. */
export function applyOccupancyEvents(lots: readonly Lot[], events: readonly DeclaredEvent[]): Lot[] {
  return lots.map((lot) => {
    const changes = events
      .filter((e) => (e.type === 'move-in' || e.type === 'move-out' || e.type === 'vacancy') && e.lot === lot.number)
      .sort((a, b) => a.at - b.at);
    let stays: readonly Occupancy[] = lot.occupancy;
    for (const change of changes) {
      const next: Occupancy =
        change.type === 'move-in'
          ? { from: change.at, occupant: change.occupant, consent: change.consent }
          : { from: change.at, occupant: null };
      stays = insert(stays, next);
    }
    return { ...lot, occupancy: stays };
  });
}

/** The new stay ends the one it falls into and lasts until the next begins. */
function insert(stays: readonly Occupancy[], stay: Occupancy): Occupancy[] {
  const before = stays
    .filter((s) => s.from < stay.from)
    .map((s) => (s.to === undefined || s.to > stay.from ? { ...s, to: stay.from } : s));
  const after = stays.filter((s) => s.from > stay.from);
  const following = after[0];
  return [...before, following ? { ...stay, to: following.from } : stay, ...after];
}
