/** The buildings that are served, by id, each with its calendar; replaced as a whole when the configuration is read anew. */
import type { Building } from '../../domain/building.ts';
import { type Calendar, createCalendar } from '../../domain/calendar.ts';

export interface KnownBuilding {
  readonly building: Building;
  readonly calendar: Calendar;
}

export interface BuildingDirectory {
  /** In the order of the configuration. */
  ids(): readonly string[];
  find(id: string): KnownBuilding | undefined;
  reload(buildings: readonly Building[]): void;
}

export function createBuildingDirectory(buildings: readonly Building[]): BuildingDirectory {
  let known = new Map<string, KnownBuilding>();
  const directory: BuildingDirectory = {
    ids: () => [...known.keys()],
    find: (id) => known.get(id),
    reload(replacement) {
      const calendars = new Map([...known.values()].map(({ calendar }) => [calendar.timezone, calendar]));
      known = new Map(
        replacement.map((building) => {
          const calendar = calendars.get(building.timezone) ?? createCalendar(building.timezone);
          calendars.set(building.timezone, calendar);
          return [building.id, { building, calendar }];
        }),
      );
    },
  };
  directory.reload(buildings);
  return directory;
}
