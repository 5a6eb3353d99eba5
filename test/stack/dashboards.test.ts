/**
 * Every Flux question of the dashboards and alert rules on a real InfluxDB that holds 400 days, asked as Grafana asks: no error, the
 * shape that its panel draws, the values of the data set. The time of each is printed.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type InfluxServer, startInflux } from '../../infra/native/influx.ts';
import type { InfluxConnection } from '../../results/influx/admin-request.ts';
import { buildingFigures, centsOf, chargesFigures, lotFigures, wh, yearFigures } from '../dashboards/as-report.ts';
import { asGrafanaSends, stepMs } from '../dashboards/dataset/as-grafana.ts';
import { endedDays, now } from '../dashboards/dataset/clock.ts';
import { type AnswerTable, ask } from '../dashboards/dataset/flux-answer.ts';
import { loadDataset } from '../dashboards/dataset/influx.ts';
import { askedAt, type Expected, expected, headOnly, settings, summed } from '../dashboards/expected.ts';
import { chosen, type Question, questions } from '../dashboards/questions.ts';
import { reportsOn } from '../dashboards/report.ts';

let folder: string;
let influx: InfluxServer;
let reader: InfluxConnection;
const timings: string[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'releve-dashboards-'));
  influx = await startInflux({ dir: folder });
  reader = await loadDataset(influx);
});
afterAll(async () => {
  console.log(timings.join('\n'));
  await influx?.stop();
  rmSync(folder, { recursive: true, force: true });
});

function sent(
  question: Question,
  range?: { from: number; to: number },
  selected: Readonly<Record<string, string>> = {},
): string {
  const { from, variables } = settings[question.name] ?? {};
  const to = askedAt[question.name]?.at ?? now;
  // Minutes of telemetry are one a step, so that counts are exact.
  return asGrafanaSends(question.flux, {
    from: range?.from ?? from ?? to - question.rangeMs,
    to: range?.to ?? to,
    points: question.rangeMs <= 86_400_000 ? 1440 : 1000,
    variables: { ...chosen, ...variables, ...selected },
  });
}

test('every question has an expected answer, and no answer is left over', () => {
  expect(Object.keys(expected).sort()).toEqual(questions.flatMap(({ lines }) => Object.values(lines)).sort());
});

describe('on 400 days', () => {
  test.each(questions)('$name $title', async (question) => {
    const flux = sent(question);
    const begun = performance.now();
    const tables = await ask(reader, flux);
    timings.push(`${(performance.now() - begun).toFixed(0).padStart(5)} ms  ${question.name} ${question.title}`);
    checkShape(question, tables);
    for (const [column, name] of Object.entries(question.lines)) {
      checkValues(name, column === '_value' ? tables : valuesOf(tables, column), expected[name]!);
    }
  });
});

describe('over a range without anything', () => {
  const emptyRange = { from: Date.parse('2003-01-01T00:00:00Z'), to: Date.parse('2003-02-01T00:00:00Z') };
  test('no question fails', async () => {
    for (const question of questions) checkShape(question, await ask(reader, sent(question, emptyRange)));
  });
});

describe('what the panels show is what `releve report` says, to the Wh and the cent', () => {
  test('the building: a month of days', async () => {
    await compare(buildingFigures(await reportsOn(reader, folder).days('2026-03-30', 30)), {});
  });

  test('a month of charges, and the same a year before', async () => {
    const reports = reportsOn(reader, folder);
    await compare(chargesFigures(await reports.period('mois', '2026-02-10')), { debut: '2026-02-01' });
    const [march, before] = [await reports.period('mois', '2026-03-10'), await reports.period('mois', '2025-03-10')];
    await compare(yearFigures(march, before), { debut: '2026-03-01' });
  });

  test('a quarter and a year of charges', async () => {
    const reports = reportsOn(reader, folder);
    const quarter = chargesFigures(await reports.period('trimestre', '2026-02-10'));
    await compare(quarter, { periode: 'quarter', debut: '2026-01-01' });
    await compare(chargesFigures(await reports.period('annee', '2026-02-10')), {
      periode: 'year',
      debut: '2026-01-01',
    });
  });

  test('a lot: a month of days', async () => {
    await compare(lotFigures(await reportsOn(reader, folder).lot(7, '2026-03-30', 30)), {});
  });

  /** Figures by `page/panel column [Wh|cents]`. */
  async function compare(
    figures: Readonly<Record<string, readonly unknown[]>>,
    variables: Readonly<Record<string, string>>,
  ): Promise<void> {
    for (const [figure, wanted] of Object.entries(figures)) {
      const [panel, column, unit] = figure.split(' ') as [string, string, string?];
      const question = questions.find(({ name }) => name === `${panel} A`)!;
      const tables = await ask(reader, sent({ ...question, name: '' }, undefined, variables));
      const found = tables
        .flatMap(({ rows }) => rows.map((row) => row[column] ?? null))
        // Lines that stand side by side have holes where the other has none.
        .filter((value) => value !== null || !/^[A-Z]$/.test(column))
        .map((value) => {
          if (unit === 'Wh') return wh(value as number | null);
          return unit === 'cents' ? centsOf(String(value)) : value;
        });
      expect(found, figure).toHaveLength(wanted.length);
      wanted.forEach((value, index) => {
        if (typeof value === 'number' && !Number.isInteger(value))
          expect(found[index], `${figure}, ${index}`).toBeCloseTo(value, 9);
        else expect(found[index], `${figure}, ${index}`).toEqual(value);
      });
    }
  }
});

test('over a year of 22 meters: the slowest questions', async () => {
  const year = { from: endedDays.at(-365)!.start, to: now };
  const found: { name: string; ms: number }[] = [];
  for (const question of questions.filter(({ kind }) => kind !== 'alert')) {
    const times: number[] = [];
    // The quicker of two: others use the machine too.
    for (let round = 0; round < 2; round++) {
      const begun = performance.now();
      checkShape(question, await ask(reader, sent(question, year)));
      times.push(performance.now() - begun);
    }
    found.push({ name: `${question.name} ${question.title}`, ms: Math.min(...times) });
  }
  found.sort((a, b) => b.ms - a.ms);
  console.log(
    [
      'A year, the slowest:',
      ...found.slice(0, 8).map(({ name, ms }) => `${ms.toFixed(0).padStart(5)} ms  ${name}`),
    ].join('\n'),
  );
  expect(found).toHaveLength(questions.filter(({ kind }) => kind !== 'alert').length);
});

test('the load curve is the mean of the readings of each step', async () => {
  const question = questions.find(({ name }) => name === 'lot/12 A')!;
  const from = now - 86_400_000;
  const [table] = await ask(reader, sent(question, { from, to: now }));
  const { energies, firstStart } = await loadCurveOf(chosen.compteur);
  const step = stepMs(from, now);
  expect(table!.rows.length).toBeGreaterThan(90);
  for (const row of table!.rows) {
    const stop = Date.parse(String(row._time));
    // Steps are a minute and a half, readings a quarter of an hour apart: at most one in each.
    const at = Math.ceil((stop - step) / 900_000) * 900_000;
    expect(row._value).toBeCloseTo((energies[(at - firstStart) / 900_000]! * 4) / 1000, 9);
  }
});

async function loadCurveOf(meter: string): Promise<{ energies: Int32Array; firstStart: number }> {
  const load = await import('../dashboards/dataset/load.ts');
  return { energies: load.energies.get(meter)!, firstStart: load.quarters[0]! };
}

/** What Grafana's panels and rules can draw: else it says "No data", one series at a time, or refuses a long frame. */
function checkShape(question: Question, tables: readonly AnswerTable[]): void {
  for (const { columns } of tables) {
    const free = columns.filter(({ isLabel }) => !isLabel);
    const types = free.map(({ name, type }) => `${name}:${type}`).sort();
    switch (question.type) {
      case 'timeseries':
      case 'state-timeline':
      case 'alert': {
        const type = question.type === 'state-timeline' ? /^\w+:string$/ : /^\w+:(double|long)$/;
        expect(
          types.filter((found) => found === '_time:dateTime:RFC3339'),
          question.name,
        ).toHaveLength(1);
        const values = types.filter((found) => !found.startsWith('_time'));
        expect(values.length, question.name).toBeGreaterThan(0);
        expect(values.length, question.name).toBeLessThanOrEqual(Object.keys(question.lines).length);
        for (const value of values) expect(value, question.name).toMatch(type);
        expect(columns.filter(({ isLabel }) => isLabel).map(({ name }) => name)).not.toContain('_start');
        break;
      }
      case 'variable':
        expect(types, question.name).toEqual(['_value:string']);
        break;
      case 'annotation':
        expect(types, question.name).toEqual(['tags:string', 'text:string', 'time:dateTime:RFC3339']);
        break;
      default:
        expect(tables.length, question.name).toBeLessThanOrEqual(1);
        expect(
          columns.every(({ isLabel }) => !isLabel),
          question.name,
        ).toBe(true);
    }
    if (question.type === 'stat') {
      const numbers = free.filter(({ type }) => type === 'double' || type === 'long');
      expect(numbers.length, question.name).toBeLessThanOrEqual(1);
      expect(tables[0]!.rows).toHaveLength(1);
    }
  }
}

/** One column of lines put side by side, as if it had been asked alone. */
function valuesOf(tables: readonly AnswerTable[], column: string): AnswerTable[] {
  return tables
    .map(({ columns, rows }) => ({
      columns,
      rows: rows.filter((row) => typeof row[column] === 'number').map((row) => ({ ...row, _value: row[column]! })),
    }))
    .filter(({ rows }) => rows.length > 0);
}

function checkValues(name: string, tables: readonly AnswerTable[], wanted: Expected): void {
  const rows = tables.flatMap((table) => table.rows);
  if (typeof wanted === 'number') {
    expect(rows).toHaveLength(1);
    expect(rows[0]!._value).toBeCloseTo(wanted, 9);
  } else if (Array.isArray(wanted)) {
    expect(rows).toHaveLength(wanted.length);
    wanted.forEach((value, index) => {
      expect(rows[index]!._value, `${name}, row ${index}`).toBeCloseTo(value, 9);
    });
  } else if ('text' in wanted) {
    expect(rows).toHaveLength(1);
    expect(Object.values(rows[0]!)).toContain(wanted.text);
  } else if ('column' in wanted) {
    expect(rows.map((row) => row._value)).toEqual(wanted.column);
  } else if ('count' in wanted) {
    expect({ count: rows.length, tables: tables.length }).toEqual(wanted);
  } else if ('rows' in wanted) {
    const found = headOnly.has(name) ? rows.slice(0, wanted.rows.length) : rows;
    expect(found).toHaveLength(wanted.rows.length);
    wanted.rows.forEach((row, index) => {
      for (const [column, value] of Object.entries(row)) {
        const actual = found[index]![column];
        if (typeof value === 'number') expect(actual, `${name}, row ${index}, ${column}`).toBeCloseTo(value, 9);
        else expect(actual, `${name}, row ${index}, ${column}`).toEqual(value);
      }
    });
  } else if ('series' in wanted) {
    const found: Record<string, number> = {};
    for (const table of tables) {
      const label = String(table.rows[0]![wanted.label]);
      const values = table.rows.map((row) => Number(row._value));
      found[label] = summed.has(name) ? values.reduce((sum, value) => sum + value, 0) : values.at(-1)!;
    }
    expect(Object.keys(found).sort()).toEqual(Object.keys(wanted.series).sort());
    for (const [label, value] of Object.entries(wanted.series))
      expect(found[label], `${name}, ${label}`).toBeCloseTo(value, 9);
  }
}
