import { describe, expect, test } from 'vitest';
import { isVacantThroughout, type Lot, type Occupancy, occupancyAt } from '../../domain/building.ts';
import type { DeclaredEvent } from '../../domain/events.ts';
import { applyOccupancyEvents } from '../../domain/occupancy.ts';

const lot = (...occupancy: Occupancy[]): Lot => ({ number: 3, owner: 'P03', tantiemes: {}, occupancy });
const event = (type: 'move-out' | 'vacancy' | 'move-in', at: number, occupant = 'B', number = 3): DeclaredEvent =>
  type === 'move-in'
    ? { v: 1, building: 'b', type, at, lot: number, occupant }
    : { v: 1, building: 'b', type, at, lot: number };
const stays = (changed: Lot[]): (number | string | null | undefined)[][] =>
  (changed[0] as Lot).occupancy.map(({ from, to, occupant }) => [from, to, occupant]);

describe('declared changes of who lives in a lot', () => {
  const occupied = lot({ from: 0, occupant: 'A' });
  test.each<[string, Lot, DeclaredEvent[], unknown[][]]>([
    ['nothing declared', occupied, [], [[0, undefined, 'A']]],
    ['another lot', occupied, [event('move-out', 10, 'B', 4)], [[0, undefined, 'A']]],
    [
      'a move-out ends the stay',
      occupied,
      [event('move-out', 10)],
      [
        [0, 10, 'A'],
        [10, undefined, null],
      ],
    ],
    [
      'a move-in ends it too',
      occupied,
      [event('move-in', 10)],
      [
        [0, 10, 'A'],
        [10, undefined, 'B'],
      ],
    ],
    [
      'in any order',
      occupied,
      [event('move-in', 20), event('move-out', 10)],
      [
        [0, 10, 'A'],
        [10, 20, null],
        [20, undefined, 'B'],
      ],
    ],
    [
      'the later declaration of one instant wins',
      occupied,
      [event('move-in', 10, 'B'), event('move-in', 10, 'C')],
      [
        [0, 10, 'A'],
        [10, undefined, 'C'],
      ],
    ],
    [
      'before a stay that is known',
      lot({ from: 50, occupant: 'A' }),
      [event('vacancy', 10)],
      [
        [10, 50, null],
        [50, undefined, 'A'],
      ],
    ],
    [
      'into a hole',
      lot({ from: 0, to: 5, occupant: 'A' }, { from: 50, occupant: 'C' }),
      [event('move-in', 10)],
      [
        [0, 5, 'A'],
        [10, 50, 'B'],
        [50, undefined, 'C'],
      ],
    ],
  ])('%s', (_, before, events, expected) => {
    expect(stays(applyOccupancyEvents([before], events))).toEqual(expected);
  });
});

describe('vacancy', () => {
  const changing = lot(
    { from: 0, to: 10, occupant: 'A' },
    { from: 10, to: 20, occupant: null },
    { from: 20, to: 30, occupant: null },
  );
  test.each([
    [10, 30, true],
    [12, 25, true],
    [9, 12, false],
    [25, 31, false],
    [40, 50, false],
  ])('from %i to %i: %s', (start, end, vacant) => {
    expect(isVacantThroughout(changing, start, end)).toBe(vacant);
  });

  test('a lot of which nothing is said is not vacant', () => {
    expect(isVacantThroughout(lot(), 0, 10)).toBe(false);
    expect(isVacantThroughout(undefined, 0, 10)).toBe(false);
  });

  test.each([
    [9, 'A'],
    [10, null],
    [30, undefined],
    [-1, undefined],
  ])('at %i: %s', (at, occupant) => {
    expect(occupancyAt(changing, at)?.occupant).toBe(occupant);
  });
});
