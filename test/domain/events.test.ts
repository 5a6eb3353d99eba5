import { describe, expect, test } from 'vitest';
import { declaredEventKey, parseDeclaredEvent } from '../../domain/events.ts';

const head = { building: 'b', at: 1000 };
const slots = [{ name: 'base', centsPerKwh: 20.5, hours: [{ fromMinute: 0, toMinute: 1440 }] }];

describe('declared events', () => {
  test.each([
    [{ ...head, type: 'replacement', meter: 'M' }, 'b/replacement/M/1000'],
    [
      { ...head, type: 'replacement', meter: 'M', finalIndexWh: 9, initialIndexWh: 0, serial: 'S' },
      'b/replacement/M/1000',
    ],
    [{ ...head, type: 'multiplier', meter: 'M', multiplier: 40 }, 'b/multiplier/M/1000'],
    [{ ...head, type: 'move-in', lot: 3, occupant: 'A' }, 'b/move-in/lot-3/1000'],
    [{ ...head, type: 'move-out', lot: 3 }, 'b/move-out/lot-3/1000'],
    [{ ...head, type: 'vacancy', lot: 3 }, 'b/vacancy/lot-3/1000'],
    [{ ...head, type: 'tariff', slots }, 'b/tariff/building/1000'],
    [{ ...head, type: 'close', period: 'month', date: '2026-03-01', by: 's' }, 'b/close/month-2026-03-01/1000'],
    [{ ...head, type: 'recompute', from: 1, to: 2, by: 's' }, 'b/recompute/building/1000'],
    [{ ...head, type: 'temperature', date: '2026-03-01', celsius: -3.5 }, 'b/temperature/building/1000'],
  ])('%j has the key %s', (event, key) => {
    const parsed = parseDeclaredEvent(event);
    expect(parsed).toMatchObject({ ok: true, value: { v: 1, ...event } });
    expect(parsed.ok && declaredEventKey(parsed.value)).toBe(key);
  });

  test.each([
    ['nothing', undefined],
    ['another version', { ...head, v: 2, type: 'vacancy', lot: 3 }],
    ['an unknown type', { ...head, type: 'earthquake' }],
    ['an unknown member', { ...head, type: 'vacancy', lot: 3, name: 'Mme Martin' }],
    ['a fraction of an index', { ...head, type: 'replacement', meter: 'M', finalIndexWh: 1.5 }],
    ['a negative index', { ...head, type: 'replacement', meter: 'M', initialIndexWh: -1 }],
    ['a multiplier of 0', { ...head, type: 'multiplier', meter: 'M', multiplier: 0 }],
    ['nobody moves in', { ...head, type: 'move-in', lot: 3, occupant: '' }],
    ['no prices', { ...head, type: 'tariff', slots: [] }],
    ['an instant as text', { ...head, at: '2026-03-01', type: 'vacancy', lot: 3 }],
  ])('%s is refused', (_, event) => {
    const parsed = parseDeclaredEvent(event);
    expect(parsed).toMatchObject({ ok: false, code: 'EVENT_INVALID' });
    expect(!parsed.ok && parsed.facts.problems).not.toHaveLength(0);
  });
});
