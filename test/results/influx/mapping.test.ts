/** Result → line → row → result is the identity for every member, whatever the texts and numbers. */
import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type MeasurementName, type MeasurementSpec, measurements } from '../../../domain/measurements.ts';
import { toLine } from '../../../results/influx/line.ts';
import { fromRow, type Row } from '../../../results/influx/row.ts';
import type { StoredItem } from '../../../results/item.ts';
import {
  adjustment,
  anomaly,
  buildingDay,
  buildingPeriod,
  busHealth,
  climate,
  day0,
  meterDay,
  meterPeriod,
  meterState,
  nullMeterDay,
  pipelineStats,
  recommendation,
  storedReading,
} from '../../contract/results.fixtures.ts';

/** A reader of line protocol by its specification: tags, typed fields, instant. */
function parseLine(text: string): { measurement: string; row: Row; types: Record<string, string> } {
  let at = 0;
  const until = (stops: string): string => {
    let word = '';
    while (at < text.length && !stops.includes(text[at]!)) {
      if (text[at] === '\\' && ',= '.includes(text[at + 1] ?? 'x')) at++;
      word += text[at++];
    }
    return word;
  };
  const quoted = (): string => {
    let word = '';
    for (at++; text[at] !== '"'; at++) {
      if (text[at] === '\\' && '"\\'.includes(text[at + 1]!)) at++;
      word += text[at];
    }
    at++;
    return word;
  };
  const row: Record<string, unknown> = {};
  const types: Record<string, string> = {};
  const measurement = until(', ');
  while (text[at] === ',') {
    at++;
    const tag = until('=');
    at++;
    row[tag] = until(', ');
    types[tag] = 'tag';
  }
  do {
    at++;
    const field = until('=');
    at++;
    if (text[at] === '"') {
      row[field] = quoted();
      types[field] = 's';
    } else {
      const word = until(', ');
      types[field] = word === 'true' || word === 'false' ? 'b' : word.endsWith('i') ? 'i' : 'f';
      row[field] = types[field] === 'b' ? word === 'true' : Number(word.replace(/i$/, ''));
    }
  } while (text[at] === ',');
  row._time = new Date(Number(text.slice(at + 1))).toISOString();
  return { measurement, row, types };
}

function throughLine<T extends StoredItem>(item: T): T {
  const line = toLine(item);
  if (typeof line === 'string') throw new Error(line);
  return fromRow<T>(parseLine(line.text).measurement as MeasurementName, parseLine(line.text).row);
}

describe('identity', () => {
  const items: readonly StoredItem[] = [
    meterDay('B1'),
    meterDay('B1', 0, nullMeterDay),
    buildingDay('B1'),
    buildingDay('B1', 0, { generalWh: null, leakRatio: null, stdevWh: null, powerMaxAt: null }),
    anomaly('B1'),
    anomaly('B1', { meter: null, bus: 'b', value: null, lots: [], closedAt: 5, open: false }),
    recommendation('B1'),
    climate('B1'),
    meterPeriod('B1'),
    meterPeriod('B1', { occupancy: day0, occupant: null, energyWh: null, slotsWh: {}, flags: [] }),
    buildingPeriod('B1'),
    buildingPeriod('B1', { closedAt: null, amountCents: null, remainderSlotsWh: {} }),
    adjustment('B1'),
    meterState('B1', 0, { secondsSinceReading: null }),
    busHealth('B1', 0, { cycleMs: null }),
    pipelineStats('process'),
  ];
  test.each(items.map((item) => ['kind' in item ? item.kind : 'reading', item] as const))('%s', (_, item) => {
    expect(throughLine(item)).toEqual(item);
  });

  test('an optional member that is missing stays missing', () => {
    const { failures1h: _, ...health } = busHealth('B1');
    expect(throughLine(health)).toEqual(health);
  });

  test('any texts, integers and floats', () => {
    const name = fc
      .string({ minLength: 1, maxLength: 12, unit: 'grapheme' })
      .filter((text) => !/[\n\r\t\\]/.test(text));
    const texts = fc.string({ unit: 'grapheme' });
    const wh = fc.maxSafeInteger();
    const float = fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value));
    fc.assert(
      fc.property(
        name,
        name,
        texts,
        wh,
        float,
        fc.dictionary(name, wh),
        (building, meter, text, energyWh, value, slotsWh) => {
          const day = meterDay(building, 0, { meter, energyWh, powerMaxW: value, slotsWh });
          expect(throughLine(day)).toEqual({ ...day, slotsWh: { ...slotsWh } });
          const found = anomaly(building, { meter, text, value });
          expect(throughLine(found)).toEqual(found);
        },
      ),
    );
  });
});

test('every field has the type of the table, whatever the value', () => {
  const { types } = parseLine((toLine(meterDay('B1', 0, { powerMaxW: 5, energyWh: 5 })) as { text: string }).text);
  const spec: MeasurementSpec = measurements.meter_day;
  for (const { field, type } of spec.fields) {
    if (type === 'i' || type === 'f' || type === 's' || type === 'b') expect(types[field]).toBe(type);
  }
  expect(types).toMatchObject({ building: 'tag', meter: 'tag', role: 'tag', nulls: 's', energy_hp_wh: 'i' });
});

test('a reading’s phases are numbered fields', () => {
  const line = toLine(storedReading('B1', 'LOC01', 0, { voltageV: [230, 231.5], powerW: 4 })) as { text: string };
  expect(parseLine(line.text).row).toMatchObject({
    voltage_l1_v: 230,
    voltage_l2_v: 231.5,
    power_w: 4,
    energy_import_wh: 1000,
  });
  expect(line.text.split(' ').at(-1)).toBe(String(day0));
});

describe('what a line cannot hold is refused with the reason', () => {
  test.each([
    ['a fraction of an integer', meterDay('B1', 0, { energyWh: 0.5 }), /energy_wh is 0.5, not an integer/],
    ['an infinite number', meterDay('B1', 0, { powerMaxW: Number.POSITIVE_INFINITY }), /power_max_w is Infinity/],
    ['no instant', meterDay('B1', 0, { start: Number.NaN }), /start is no instant/],
    ['a tag that ends with a backslash', meterDay('B1\\'), /building ends with a backslash/],
  ])('%s', (_, item, reason) => {
    expect(toLine(item)).toMatch(reason);
  });
});
