import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exampleConfigurationPath, loadConfiguration } from '../../bin/configuration.ts';
import type { Config } from '../../domain/config/config.ts';
import { parseDuration } from '../../domain/config/duration.ts';
import { parseConfig } from '../../domain/config/parse.ts';
import { ConfigurationError } from '../../domain/errors.ts';

const secrets = (reference: string): string => {
  if (reference === '${KNOWN}') return 'opened';
  throw new Error(`the environment has no ${reference}`);
};

function parse(...texts: string[]): Config {
  return parseConfig(
    texts.map((text, i) => ({ name: `${i}.yaml`, text })),
    secrets,
  );
}

function problemsOf(...texts: string[]): readonly string[] {
  try {
    parse(...texts);
  } catch (error) {
    if (error instanceof ConfigurationError) return error.problems;
    throw error;
  }
  return [];
}

/** One building `b` with a general meter; more of its members as YAML flow. */
const building = (members = '', rest = ''): string =>
  `version: 1\nbuildings: [{ id: b, meters: [{ id: G, role: general }]${members} }]\n${rest}`;
const lots = ', lots: [{ number: 1 }, { number: 2 }]';

describe('releve.example.yaml', () => {
  test('is the building that every command knows without a configuration', () => {
    const { buildings, buses, kafka, influx } = parse(readFileSync(exampleConfigurationPath, 'utf8'));
    expect(buildings).toHaveLength(1);
    expect(buildings[0]).toMatchObject({
      timezone: 'Europe/Paris',
      contractedPowerKva: 36,
      expectedCommonShare: 0,
      cosPhi: 1,
      maxGapMs: 7_200_000,
      latenessMs: 172_800_000,
      thresholds: { classesKwh: [5, 10, 15], leakRatio: 0.95, powerRatio: 0.9, overconsumptionKwh: 15 },
    });
    expect(buildings[0]?.lots.map((lot) => lot.number)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    expect(
      buildings[0]?.meters.map(({ id, role, lot, maxPowerW, multiplier, installedAt }) => [
        id,
        role,
        lot,
        maxPowerW,
        multiplier,
        installedAt,
      ]),
    ).toEqual([
      ...Array.from({ length: 20 }, (_, i) => [
        `LOC${String(i + 1).padStart(2, '0')}`,
        'tenant',
        i + 1,
        36_000,
        1,
        Date.parse('2020-01-01T00:00:00+01:00'),
      ]),
      ['GLOBAL', 'general', null, 72_000, 1, Date.parse('2020-01-01T00:00:00+01:00')],
    ]);
    expect(buses).toHaveLength(1);
    expect([kafka, influx]).toEqual([undefined, undefined]);
  });
});

describe('what is wrong, all at once, as path: message', () => {
  test('unknown keys, values and references of every section', () => {
    const text = building(
      `${lots}, colour: red, lateness: 48, timezone: Europe/Paname, charges: { common_key: generaux }, tariffs: [{ from: 2026-01-01, slots: [{ name: hp, cents_per_kwh: 20, hours: ['06:00-22:00'] }] }]`,
      "buses: [{ id: bus1, intervall: 5s }]\ninflux: { url: 'http://localhost:8086', token: in-clear }\napi: { port: 70000 }\n",
    );
    const paths = problemsOf(text).map((problem) => problem.split(': ')[0]);
    expect(paths.sort()).toEqual([
      'api.port',
      'buildings.0.charges.common_key',
      'buildings.0.colour',
      'buildings.0.lateness',
      'buildings.0.tariffs.0.slots',
      'buildings.0.timezone',
      'buses.0',
      'buses.0.intervall',
      'influx.token',
    ]);
  });

  test.each([
    ['no version', 'buildings: []', []],
    ['a version of tomorrow', 'version: 2', ['version: ']],
    ['no mapping', '- 1', ['0.yaml: not a mapping']],
    ['no YAML', 'version: [1', ['0.yaml: ']],
    ['an alias without anchor', 'version: 1\nbuildings: *b', ['0.yaml: ']],
    ['no meters', 'version: 1\nbuildings: [{ id: b, meters: [] }]', ['buildings.0.meters: ']],
    [
      'two general meters',
      'version: 1\nbuildings: [{ id: b, meters: [{ id: G, role: general }, { id: H, role: general }] }]',
      ['buildings.0.meters: more than one general'],
    ],
    [
      'a meter twice',
      'version: 1\nbuildings: [{ id: b, meters: [{ id: G, role: general }, { id: G, role: common }] }]',
      ['buildings.0.meters: "G" stands twice'],
    ],
    [
      'a building twice',
      `${building().replace(']\n', ', { id: b, meters: [{ id: H, role: general }] }]\n')}`,
      ['buildings: "b" stands twice'],
    ],
    [
      'a tenant without a lot',
      'version: 1\nbuildings: [{ id: b, meters: [{ id: T, role: tenant }] }]',
      ['buildings.0.meters.0.lot: '],
    ],
    ['a lot twice', building(', lots: [{ number: 1 }, { number: 1 }]'), ['buildings.0.lots: "1" stands twice']],
    [
      'stays that overlap',
      building(
        ', lots: [{ number: 1, occupancy: [{ from: 2026-01-01, occupant: A }, { from: 2026-02-01, occupant: B }] }]',
      ),
      ['buildings.0.lots.0.occupancy: stays overlap'],
    ],
    [
      'a stay of nobody',
      building(', lots: [{ number: 1, occupancy: [{ from: 2026-01-01 }] }]'),
      ['buildings.0.lots.0.occupancy.0: '],
    ],
    [
      'a date that is none',
      building(', events: [{ type: vacancy, at: 2026-02-30, lot: 1 }]', '').replace('id: b', `id: b${lots}`),
      ['buildings.0.events.0.at: "2026-02-30" is not a date'],
    ],
    [
      'an event of an unknown lot',
      building(', events: [{ type: vacancy, at: 2026-02-03, lot: 9 }]'),
      ['buildings.0.events.0.lot: no lot 9'],
    ],
    [
      'an event of an unknown meter',
      building(', events: [{ type: replacement, at: 2026-02-03, meter: X }]'),
      ['buildings.0.events.0.meter: no meter "X"'],
    ],
    [
      'hours with two prices',
      building(
        ", tariffs: [{ from: 2026-01-01, slots: [{ name: a, cents_per_kwh: 1 }, { name: c, cents_per_kwh: 2, hours: ['22:00-06:00'] }] }]",
      ),
      ['buildings.0.tariffs.0.slots: some hours of the day have two prices'],
    ],
    [
      'hours that no clock shows',
      building(", tariffs: [{ from: 2026-01-01, slots: [{ name: a, cents_per_kwh: 1, hours: ['00:00-24:30'] }] }]"),
      ['buildings.0.tariffs.0.slots.0.hours.0: hours such as'],
    ],
    [
      'an invoice of no period',
      building(', invoices: [{ period: trimestre, date: 2026-02-01, energy_cents: 100 }]'),
      ['buildings.0.invoices.0.date: "2026-02-01" is not the first day of a quarter'],
    ],
    [
      'classes that fall',
      building(', thresholds: { classes_kwh: [5, 15, 10] }'),
      ['buildings.0.thresholds.classes_kwh: '],
    ],
    [
      'a bus of which nothing is said',
      building('', 'buses: [{ id: x }]'),
      ['buses.0: exactly one of serial, tcp, replay'],
    ],
    [
      'an unknown bus',
      'version: 1\nbuildings: [{ id: b, meters: [{ id: G, role: general, source: { bus: x, primary: 1 } }] }]',
      ['buildings.0.meters.0.source.bus: no bus "x"'],
    ],
    [
      'an address twice',
      'version: 1\nbuildings: [{ id: b, meters: [{ id: G, role: general, source: { bus: x, primary: 1 } }, { id: C, role: common, source: { bus: x, primary: 1 } }] }]\nbuses: [{ id: x, tcp: { host: h, port: 1 } }]',
      ['buses.0: address: "1" stands twice'],
    ],
    [
      'a secret in clear',
      building('', 'kafka: { brokers: [h], sasl: { mechanism: plain, username: u, password: p } }'),
      ['kafka.sasl.password: '],
    ],
    [
      'a secret that is not there',
      building('', "influx: { url: 'http://h', token: '${UNKNOWN}' }"),
      ['influx.token: the environment has no ${UNKNOWN}'],
    ],
    [
      'a token of a tenant of no lot, for no building',
      building('', `api: { tokens: [{ role: locataire, buildings: [x], hash: 'sha256:${'0'.repeat(64)}' }] }`),
      ['api.tokens.0.lot: ', 'api.tokens.0.buildings: no building "x"'],
    ],
  ])('%s', (_, text, expected) => {
    const problems = problemsOf(text);
    expect(problems).toHaveLength(expected.length);
    for (const [i, start] of expected.entries()) expect(problems[i]).toContain(start);
    for (const problem of problems) expect(problem).toMatch(/^[^:]+: ./);
  });
});

describe('what is right', () => {
  test('secrets are resolved, instants are those of the zone, hours wrap', () => {
    const { buildings, influx } = parse(
      building(
        `${lots}, timezone: America/Sao_Paulo, tariffs: [{ from: 2018-11-04, slots: [{ name: hp, cents_per_kwh: 20, hours: ['06:00-22:00'] }, { name: hc, cents_per_kwh: 10, hours: ['22:00-06:00'] }] }]`,
        "influx: { url: 'http://h', token: '${KNOWN}', timeout: 1.5s }",
      ),
    );
    expect(influx).toMatchObject({ token: 'opened', timeoutMs: 1500 });
    expect(buildings[0]?.tariffs[0]).toMatchObject({
      from: Date.parse('2018-11-04T01:00:00-02:00'),
      slots: [{ hours: [{ fromMinute: 360, toMinute: 1320 }] }, { hours: [{ fromMinute: 1320, toMinute: 360 }] }],
    });
  });

  test('a folder is one configuration; a section stands in one file only', () => {
    const folder = mkdtempSync(join(tmpdir(), 'releve-conf-'));
    try {
      writeFileSync(join(folder, 'a.yaml'), building());
      writeFileSync(join(folder, 'b.yml'), `${building().replaceAll('id: b', 'id: c')}api: { port: 1 }\n`);
      writeFileSync(join(folder, 'notes.txt'), 'nothing');
      const { buildings, api } = loadConfiguration(folder);
      expect([buildings.map(({ id }) => id), api.port]).toEqual([['b', 'c'], 1]);
    } finally {
      rmSync(folder, { recursive: true });
    }
    expect(problemsOf(`${building()}api: { port: 1 }`, 'version: 1\napi: { port: 2 }')).toEqual([
      '1.yaml: api: stands in another file too',
    ]);
  });

  test('a file or a folder that is not there', () => {
    expect(() => loadConfiguration('/nowhere')).toThrow('/nowhere: cannot be read');
  });
});

test.each([
  ['500ms', 500],
  ['60s', 60_000],
  ['15m', 900_000],
  ['15 min', 900_000],
  ['1.5h', 5_400_000],
  ['10d', 864_000_000],
  ['10j', 864_000_000],
  ['60', null],
  ['-1h', null],
  ['1h30', null],
  ['', null],
])('%j is %s ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});
