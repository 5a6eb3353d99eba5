/** The parts of the page that decide something: the verdict, formats, charts, escaping, powers of steps, the cache. */
import { describe, expect, it } from 'vitest';
import type { AnomalyAnswer } from '../../api/answers/anomalies.ts';
import { daysBack } from '../../api/answers/context.ts';
import { analyseDay, type DayAnalysis, interpretHomogeneity } from '../../api/answers/day-analysis.ts';
import { stepPowers } from '../../api/answers/load-curve.ts';
import type { MaintenanceAnswer } from '../../api/answers/maintenance.ts';
import { isoInZone } from '../../api/answers/units.ts';
import { type Body, createAnswerCache } from '../../api/http/answer-cache.ts';
import { dayBars, powerCurve } from '../../api/page/charts.ts';
import { periodTitle, signedPercent } from '../../api/page/format.ts';
import { html, jsonScript } from '../../api/page/html.ts';
import { verdictOf } from '../../api/page/verdict.ts';
import { createCalendar } from '../../domain/calendar.ts';
import { buildingDay, buildingOf, now, paris } from './fixtures.ts';

const building = buildingOf();
const today = paris().windowOf('day', now);

function day(anomalies: readonly Partial<AnomalyAnswer>[] = [], known = true): DayAnalysis {
  const made = analyseDay(building, today, now, {
    meterDays: [],
    buildingDay: known ? buildingDay(today) : undefined,
    anomalies: [],
    recommendations: [],
  });
  const base: AnomalyAnswer = {
    type: 'surconsommation_locataire',
    severite: 'mineur',
    description: '',
    valeur: null,
    seuil: null,
    impact_estime: null,
    locataires_concernes: [],
    compteur: null,
    bus: null,
    ouverte_depuis: '2026-03-31T01:00:00+02:00',
  };
  return { ...made, anomalies: anomalies.map((anomaly) => ({ ...base, ...anomaly })) };
}

function meters(inactifs = 0, anomalies = 0): MaintenanceAnswer {
  return {
    date_verification: '',
    compteurs_verifies: 22,
    statuts: { actifs: 22 - inactifs - anomalies, inactifs, anomalies },
    recommandations: [],
    compteurs: [],
    bus: [],
    anomalies_techniques: [],
  };
}

describe('verdict', () => {
  it.each([
    ['nothing wrong', day(), day(), meters(), 'bien', "Oui, l'immeuble va bien."],
    ['a minor one', day([{}]), day(), meters(), 'attention', 'Oui, avec un point à surveiller.'],
    [
      'the same on both days counts once',
      day([{}]),
      day([{}]),
      meters(),
      'attention',
      'Oui, avec un point à surveiller.',
    ],
    [
      'a major one yesterday',
      day(),
      day([{ severite: 'majeur', type: 'fuite_energetique' }]),
      meters(),
      'alerte',
      'Non : une anomalie demande votre attention.',
    ],
    [
      'critical, major and minor',
      day([{ severite: 'critique', type: 'depassement_puissance' }, {}]),
      day([{ severite: 'majeur', type: 'fuite_energetique' }]),
      meters(),
      'alerte',
      'Non : 2 anomalies demandent votre attention.',
    ],
    [
      'nothing known',
      day([], false),
      day([], false),
      meters(),
      'inconnu',
      'On ne sait pas : aucune mesure depuis hier.',
    ],
    ['a mute meter', day(), day(), meters(1), 'attention', 'Oui, avec un point à surveiller.'],
  ])('%s', (_name, first, second, states, level, title) => {
    expect(verdictOf(first, second, states)).toMatchObject({ level, title });
  });
});

describe('homogeneity in words', () => {
  it.each([
    [null, 'Données insuffisantes'],
    [100, 'Excellente homogénéité - Gestion énergétique équilibrée'],
    [80.0001, 'Excellente homogénéité - Gestion énergétique équilibrée'],
    [80, 'Bonne homogénéité - Quelques écarts à surveiller'],
    [60, 'Homogénéité moyenne - Optimisations possibles'],
    [40, 'Faible homogénéité - Actions correctives nécessaires'],
    [0, 'Faible homogénéité - Actions correctives nécessaires'],
  ])('%s', (score, sentence) => {
    expect(interpretHomogeneity(score)).toBe(sentence);
  });
});

describe('instants on the wall clock of a zone', () => {
  it.each([
    ['2026-03-29T00:59:59.999Z', 'Europe/Paris', '2026-03-29T01:59:59+01:00'],
    ['2026-03-29T01:00:00Z', 'Europe/Paris', '2026-03-29T03:00:00+02:00'],
    ['2026-10-25T01:00:00Z', 'Europe/Paris', '2026-10-25T02:00:00+01:00'],
    ['2026-06-01T00:00:00Z', 'Asia/Kathmandu', '2026-06-01T05:45:00+05:45'],
    ['2026-06-01T00:00:00Z', 'America/Cayenne', '2026-05-31T21:00:00-03:00'],
  ])('%s in %s', (instant, zone, expected) => {
    expect(isoInZone(Date.parse(instant), zone)).toBe(expected);
  });
});

describe('formats', () => {
  it.each([
    ['mois', '2026-03-01', 'mars 2026'],
    ['trimestre', '2026-01-01', '1er trimestre 2026'],
    ['trimestre', '2026-10-01', '4e trimestre 2026'],
    ['annee', '2026-01-01', 'année 2026'],
  ] as const)('%s of %s is %s', (type, date, title) => {
    expect(periodTitle(type, date)).toBe(title);
  });
  it.each([
    [12.34, '+12\u00a0%'],
    [-3.6, '−4\u00a0%'],
    [0.2, '0\u00a0%'],
    [-0.2, '0\u00a0%'],
  ])('a change of %s is written %s', (value, text) => {
    expect(signedPercent(value, 0)).toBe(text);
  });
});

describe('html', () => {
  it('escapes what is inserted and leaves out what is not there', () => {
    const name = '<b onclick="x">&\'';
    expect(html`<p title="${name}">${name}${null}${undefined}${false}${[html`<i>${1}</i>`, 'é']}</p>`.markup).toBe(
      '<p title="&lt;b onclick=&quot;x&quot;&gt;&amp;&#39;">&lt;b onclick=&quot;x&quot;&gt;&amp;&#39;<i>1</i>é</p>',
    );
  });
  it('JSON cannot end its script', () => {
    expect(jsonScript('a', '</script>').markup).toBe(
      '<script type="application/json" id="a">"\\u003c/script>"</script>',
    );
  });
});

describe('charts', () => {
  it('a bar a day, none where nothing is known, and no figure that is none', () => {
    const bars = dayBars('x', [
      { date: '2026-03-29', parts: [{ role: 'tenant', name: 'a', kwh: 10 }], alert: true, underWay: false },
      { date: '2026-03-30', parts: [{ role: 'tenant', name: 'a', kwh: null }], alert: false, underWay: false },
      { date: '2026-03-31', parts: [{ role: 'tenant', name: 'a', kwh: 0 }], alert: false, underWay: true },
    ]).markup;
    expect(bars.match(/<rect/g)).toHaveLength(1);
    expect(bars.match(/<circle/g)).toHaveLength(1);
    expect(`${bars}${dayBars('x', []).markup}`).not.toMatch(/NaN|undefined|Infinity/);
  });
  it('a curve breaks at holes', () => {
    const curve = powerCurve('x', [null, 100, 200, null, 300, null], 40_000).markup;
    expect(curve.match(/class="line-general"/g)).toHaveLength(2);
    expect(curve).not.toContain('souscrite');
    expect(powerCurve('x', [30_000], 36_000).markup).toContain('souscrite 36,0\u00a0kW');
    expect(powerCurve('x', [null], null).markup).not.toMatch(/NaN|undefined|Infinity/);
  });
});

describe('mean powers of steps', () => {
  const at = (minutes: number, energyImportWh: number) => ({
    meter: 'M',
    at: minutes * 60_000,
    energyImportWh,
    resolutionWh: 1,
    powerW: null,
    apparentPowerVa: null,
    energyExportWh: null,
  });
  it.each([
    ['none without readings', [], [null, null]],
    ['interpolated between neighbours', [at(-5, 0), at(5, 100), at(15, 200), at(25, 300)], [600, 600]],
    ['none where the index falls', [at(0, 1000), at(10, 900), at(20, 1000)], [null, 600]],
    ['none inside a gap', [at(-200, 0), at(30, 1000)], [null, null]],
    ['none beyond what the meter can carry', [at(0, 0), at(10, 1_000_000), at(20, 1_000_100)], [null, 600]],
  ])('%s', (_name, readings, expected) => {
    expect(stepPowers(readings, 0, 2, 7_200_000, 36_000)).toEqual(expected);
  });
});

describe('the cache', () => {
  const body = (text: string) => async () => ({ type: 't', text });
  it('keeps the instant of the last change while the content stays', async () => {
    let time = 10_500;
    const cache = createAnswerCache({ now: () => time, lifetimeMs: 1_000 });
    expect((await cache.get('k', 'b', body('1'))).lastModified).toBe(10_000);
    time = 20_000;
    expect((await cache.get('k', 'b', body('1'))).lastModified).toBe(10_000);
    time = 30_000;
    expect((await cache.get('k', 'b', body('2'))).lastModified).toBe(30_000);
  });
  it('does not keep a failure', async () => {
    const cache = createAnswerCache({ now: () => 0, lifetimeMs: 1_000 });
    await expect(cache.get('k', 'b', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect((await cache.get('k', 'b', body('1'))).bytes.toString()).toBe('1');
  });
  it('stays within its bytes, the longest unused leave first', async () => {
    const cache = createAnswerCache({ now: () => 0, lifetimeMs: 1_000, maximumBytes: 10 });
    let made = 0;
    const counted = (text: string) => async () => {
      made++;
      return { type: 't', text };
    };
    await cache.get('a', 'b', counted('12345'));
    await cache.get('c', 'b', counted('12345'));
    await cache.get('a', 'b', counted('12345'));
    await cache.get('d', 'b', counted('12345'));
    expect(made).toBe(3);
    await cache.get('a', 'b', counted('12345'));
    expect(made).toBe(3);
    await cache.get('c', 'b', counted('12345'));
    expect(made).toBe(4);
  });
  it('serves a while after its life, while the next one is made, but not after a change', async () => {
    let time = 0;
    const cache = createAnswerCache({ now: () => time, lifetimeMs: 1_000, staleMs: 4_000 });
    const text = async (make: () => Promise<Body>) => (await cache.get('k', 'b', make)).bytes.toString();
    let release: (text: string) => void = () => undefined;
    const slow = () => new Promise<Body>((resolve) => (release = (made) => resolve({ type: 't', text: made })));
    expect(await text(body('1'))).toBe('1');
    time = 1_500;
    expect(await text(slow)).toBe('1');
    expect(await text(body('never'))).toBe('1');
    release('2');
    await new Promise(setImmediate);
    expect(await text(body('never'))).toBe('2');
    time = 3_000;
    expect(await text(slow)).toBe('2');
    cache.invalidate('b');
    expect(await text(body('3'))).toBe('3');
    release('old');
    await new Promise(setImmediate);
    expect(await text(body('never'))).toBe('3');
    // Long after, whoever asks waits for the next one; a failure is told.
    time = 20_000;
    await expect(text(() => Promise.reject(new Error('away')))).rejects.toThrow('away');
    expect(await text(body('4'))).toBe('4');
    time = 21_500;
    expect(await text(() => Promise.reject(new Error('away')))).toBe('4');
    await new Promise(setImmediate);
    expect(await text(body('5'))).toBe('5');
  });
  it('an answer begun before a change does not stand after it', async () => {
    const cache = createAnswerCache({ now: () => 0, lifetimeMs: 1_000 });
    let release: (text: string) => void = () => undefined;
    const slow = cache.get(
      'k',
      'b',
      () => new Promise((resolve) => (release = (text) => resolve({ type: 't', text }))),
    );
    cache.invalidate('b');
    const fresh = await cache.get('k', 'b', body('new'));
    release('old');
    expect((await slow).bytes.toString()).toBe('old');
    expect(fresh.bytes.toString()).toBe('new');
    expect((await cache.get('k', 'b', body('never'))).bytes.toString()).toBe('new');
  });
});

describe('days back', () => {
  it.each(['Europe/Paris', 'America/Sao_Paulo', 'Africa/Cairo', 'Asia/Beirut', 'UTC'])(
    '366 of them in %s follow one another over every change of the clocks',
    (zone) => {
      const calendar = createCalendar(zone);
      const context = { reader: undefined as never, building, calendar, now };
      const days = daysBack(context, 366, '2018-11-20');
      expect(days.map((one) => one.date)).toEqual(
        Array.from({ length: 366 }, (_, back) =>
          new Date(Date.parse('2018-11-20T00:00:00Z') - back * 86_400_000).toISOString().slice(0, 10),
        ),
      );
      for (const [index, one] of days.slice(1).entries()) expect(one.end).toBe(days[index]?.start);
    },
  );
});
