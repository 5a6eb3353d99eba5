/** A meter as it stands at an instant: the multiplier and the serial that declared events changed after the configuration. */
import type { Meter } from '../domain/building.ts';
import type { DeclaredEvent } from '../domain/events.ts';

/** The latest event of the meter's building at or before the instant counts; without one, the configuration. */
export function meterAt(events: readonly DeclaredEvent[], meter: Meter, at: number): Meter {
  let multiplier = meter.multiplier;
  let serial = meter.serial;
  let multiplierSince = Number.NEGATIVE_INFINITY;
  let serialSince = Number.NEGATIVE_INFINITY;
  for (const event of events) {
    if (event.at > at) continue;
    if (event.type === 'multiplier' && event.meter === meter.id && event.at >= multiplierSince) {
      multiplier = event.multiplier;
      multiplierSince = event.at;
    }
    if (event.type === 'replacement' && event.meter === meter.id && event.at >= serialSince) {
      // A replacement without a serial says nothing of the new meter's: any is taken.
      serial = event.serial;
      serialSince = event.at;
    }
  }
  return multiplier === meter.multiplier && serial === meter.serial ? meter : { ...meter, multiplier, serial };
}
