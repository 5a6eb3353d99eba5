import { describe, expect, it, test } from 'vitest';
import { degradedBusAnomaly } from '../../../processors/analysis/anomalies/degraded-bus.ts';
import { idleMetersAnomaly } from '../../../processors/analysis/anomalies/idle-meters.ts';
import { incoherenceAnomaly, incoherenceSuspected } from '../../../processors/analysis/anomalies/incoherence.ts';
import { incompleteDataAnomaly } from '../../../processors/analysis/anomalies/incomplete-data.ts';
import { type LeakFacts, leakAnomaly, leakSuspected } from '../../../processors/analysis/anomalies/leak.ts';
import { overconsumptionAnomaly } from '../../../processors/analysis/anomalies/overconsumption.ts';
import { powerAnomaly } from '../../../processors/analysis/anomalies/power.ts';
import { silentMeterAnomaly } from '../../../processors/analysis/anomalies/silent-meter.ts';
import { vacantLotAnomaly } from '../../../processors/analysis/anomalies/vacant-lot.ts';
import { hour, minute, plain, thresholds } from './fixtures.ts';

const building = { expectedCommonShare: 0, thresholds, contractedPowerKva: 36, cosPhi: 1, intervalMs: 15 * minute };
const same = (value: number, count: number): number[] => Array.from({ length: count }, () => value);

/** 200 kWh counted, of which 186 by somebody. */
const balance: LeakFacts = {
  ratio: 0.93,
  quality: 'measured',
  metersReporting: 20,
  metersExpected: 20,
  generalWh: 200_000,
  meteredWh: 186_000,
  remainderFloorW: null,
  floorHistoryW: [],
  dayHours: 24,
};
const sound: LeakFacts = { ...balance, ratio: 0.96, meteredWh: 192_000 };

describe('fuite_energetique', () => {
  it('says the ratio and what nobody counted', () => {
    const found = leakAnomaly(balance, building);
    expect(found).toMatchObject({
      type: 'fuite_energetique',
      severity: 'majeur',
      meter: null,
      bus: null,
      value: 0.93,
      threshold: 0.95,
      impactWh: 14_000,
      lots: [],
    });
    expect(plain(found?.text)).toBe(
      'Fuite détectée : 93,0 % de corrélation pour un seuil de 95,0 %, 14,0 kWh non attribués',
    );
    expect(found?.text).toContain('93,0\u00a0%');
  });

  test.each<[string, Partial<LeakFacts>, object, { value: number; threshold: number; impactWh: number } | null]>([
    ['on the limit', { ratio: 0.95, meteredWh: 190_000 }, {}, null],
    [
      'just below the limit',
      { ratio: 0.9499, meteredWh: 189_980 },
      {},
      { value: 0.9499, threshold: 0.95, impactWh: 10_020 },
    ],
    ['unknown ratio', { ratio: null, generalWh: null, meteredWh: null }, {}, null],
    ['estimated', { quality: 'estimated' }, {}, null],
    ['a meter missing', { metersReporting: 19 }, {}, null],
    // 0.95 × 0.88 = 0.836; 200 000 × 0.88 = 176 000
    ['above the limit of a common share', { ratio: 0.84, meteredWh: 168_000 }, { expectedCommonShare: 0.12 }, null],
    ['on the limit of a common share', { ratio: 0.836, meteredWh: 167_200 }, { expectedCommonShare: 0.12 }, null],
    [
      'below the limit of a common share',
      { ratio: 0.83, meteredWh: 166_000 },
      { expectedCommonShare: 0.12 },
      { value: 0.83, threshold: 0.836, impactWh: 10_000 },
    ],
  ])('ratio: %s', (_, change, config, expected) => {
    const found = leakAnomaly({ ...balance, ...change }, { ...building, ...config });
    if (expected) expect(found).toMatchObject(expected);
    else expect(found).toBeNull();
  });

  test.each<[string, Partial<LeakFacts>, object, { value: number; threshold: number; impactWh: number } | null]>([
    ['six days are too few', { remainderFloorW: 900, floorHistoryW: same(100, 6) }, {}, null],
    [
      'seven are enough',
      { remainderFloorW: 400, floorHistoryW: same(100, 7) },
      {},
      { value: 400, threshold: 300, impactWh: 7200 },
    ],
    [
      '200 W above',
      { remainderFloorW: 300, floorHistoryW: same(100, 14) },
      {},
      { value: 300, threshold: 300, impactWh: 4800 },
    ],
    ['199 W above', { remainderFloorW: 299, floorHistoryW: same(100, 14) }, {}, null],
    ['unknown days do not count', { remainderFloorW: 900, floorHistoryW: [...same(100, 6), null, null] }, {}, null],
    [
      'unknown days are passed over',
      { remainderFloorW: 400, floorHistoryW: [...same(100, 7), null, null] },
      {},
      { value: 400, threshold: 300, impactWh: 7200 },
    ],
    [
      'only the last 14',
      { remainderFloorW: 400, floorHistoryW: [...same(900, 30), ...same(100, 14)] },
      {},
      { value: 400, threshold: 300, impactWh: 7200 },
    ],
    [
      'the median, not the mean',
      { remainderFloorW: 310, floorHistoryW: [...same(100, 8), ...same(2000, 6)] },
      {},
      { value: 310, threshold: 300, impactWh: 5040 },
    ],
    [
      'a short day',
      { remainderFloorW: 400, floorHistoryW: same(100, 7), dayHours: 23 },
      {},
      { value: 400, threshold: 300, impactWh: 6900 },
    ],
    [
      'a declared floor',
      { remainderFloorW: 260 },
      { commonFloorW: 250 },
      { value: 260, threshold: 250, impactWh: 240 },
    ],
    ['on the declared floor', { remainderFloorW: 250 }, { commonFloorW: 250 }, null],
    [
      'below the declared floor, above its median',
      { remainderFloorW: 400, floorHistoryW: same(100, 7) },
      { commonFloorW: 500 },
      { value: 400, threshold: 300, impactWh: 7200 },
    ],
    ['unknown floor', { remainderFloorW: null, floorHistoryW: same(100, 14) }, { commonFloorW: 0 }, null],
    ['not measured', { remainderFloorW: 900, floorHistoryW: same(100, 14), quality: 'estimated' }, {}, null],
    ['19 of 20', { remainderFloorW: 900, floorHistoryW: same(100, 14), metersReporting: 19 }, {}, null],
  ])('floor: %s', (_, change, config, expected) => {
    const found = leakAnomaly({ ...sound, ...change }, { ...building, ...config });
    if (expected) expect(found).toMatchObject(expected);
    else expect(found).toBeNull();
  });

  it('lets the ratio speak before the floor', () => {
    expect(leakAnomaly({ ...balance, remainderFloorW: 900, floorHistoryW: same(100, 14) }, building)?.value).toBe(0.93);
  });

  it('is only suspected where the balance is not proven', () => {
    expect(leakSuspected(balance, building)).toBe(false);
    expect(leakSuspected({ ...balance, quality: 'estimated' }, building)).toBe(true);
    expect(leakSuspected({ ...balance, metersReporting: 19 }, building)).toBe(true);
    expect(leakSuspected({ ...sound, quality: 'estimated' }, building)).toBe(false);
  });
});

describe('incoherence_comptage', () => {
  test.each([
    ['on the limit', 100, 102, null],
    ['above', 50_000, 51_001, 1001],
    ['equal', 100, 100, null],
  ])('%s', (_, generalWh, meteredWh, impactWh) => {
    const found = incoherenceAnomaly({ ...balance, ratio: meteredWh / generalWh, generalWh, meteredWh }, building);
    if (impactWh === null) expect(found).toBeNull();
    else expect(found).toMatchObject({ type: 'incoherence_comptage', severity: 'majeur', threshold: 1.02, impactWh });
  });

  it('needs a measured ratio of all meters', () => {
    const above = { ...balance, ratio: 1.1, generalWh: 100_000, meteredWh: 110_000 };
    expect(plain(incoherenceAnomaly(above, building)?.text)).toBe(
      'Incohérence de comptage : la somme des compteurs atteint 110,0 % du compteur général, 10,0 kWh en trop',
    );
    for (const change of [{ quality: 'estimated' as const }, { metersReporting: 19 }]) {
      expect(incoherenceAnomaly({ ...above, ...change }, building)).toBeNull();
      expect(incoherenceSuspected({ ...above, ...change }, building)).toBe(true);
    }
    expect(incoherenceSuspected(above, building)).toBe(false);
  });
});

describe('depassement_puissance', () => {
  const none = { meter: 'GLOBAL', powerMaxW: null, apparentPowerMaxVa: null, demandMaxW: null };
  test.each([
    // 0.9 × 36 kVA = 32 400 VA
    ['on the limit', { powerMaxW: 32_400 }, {}, null],
    ['above', { powerMaxW: 32_401 }, {}, { value: 32_401, threshold: 32_400 }],
    ['by cos φ', { powerMaxW: 30_000 }, { cosPhi: 0.9 }, { value: 30_000 / 0.9, threshold: 32_400 }],
    ['VA before W', { powerMaxW: 33_000, apparentPowerMaxVa: 32_000 }, {}, null],
    [
      'VA above',
      { powerMaxW: 30_000, apparentPowerMaxVa: 34_000 },
      { cosPhi: 0.5 },
      { value: 34_000, threshold: 32_400 },
    ],
    ['unknown', {}, {}, null],
    [
      'one reading does not count above 36 kVA',
      { powerMaxW: 60_000, apparentPowerMaxVa: 60_000, demandMaxW: 54_000 },
      { contractedPowerKva: 60 },
      null,
    ],
    [
      'the demand counts above 36 kVA',
      { powerMaxW: 60_000, demandMaxW: 54_001 },
      { contractedPowerKva: 60 },
      { value: 54_001, threshold: 54_000 },
    ],
    ['the demand does not count at 36 kVA', { powerMaxW: 1000, demandMaxW: 33_000 }, {}, null],
    ['unknown demand', { powerMaxW: 60_000 }, { contractedPowerKva: 60 }, null],
  ])('%s', (_, facts, config, expected) => {
    const found = powerAnomaly({ ...none, ...facts }, { ...building, ...config });
    if (expected)
      expect(found).toMatchObject({
        type: 'depassement_puissance',
        severity: 'critique',
        meter: 'GLOBAL',
        ...expected,
      });
    else expect(found).toBeNull();
  });

  it('says it as the seed does', () => {
    expect(plain(powerAnomaly({ ...none, powerMaxW: 34_200 }, building)?.text)).toBe(
      'Puissance max : 34 200 VA > seuil 32 400 VA',
    );
  });
});

describe('compteurs_defaillants', () => {
  const idle = { meter: 'LOC03', lot: 3, energyWh: 0, readings: 96, vacant: false };
  it('is one finding for all', () => {
    const found = idleMetersAnomaly({
      meters: [{ ...idle, meter: 'LOC12', lot: 12 }, idle, { ...idle, meter: 'LOC04', lot: 4, energyWh: 1 }],
      dayOver: true,
    });
    expect(found).toMatchObject({
      type: 'compteurs_defaillants',
      severity: 'mineur',
      meter: null,
      value: 2,
      lots: [3, 12],
    });
    expect(plain(found?.text)).toBe('2 compteurs inactifs : LOC03, LOC12');
  });

  it('has a singular', () => {
    expect(plain(idleMetersAnomaly({ meters: [idle], dayOver: true })?.text)).toBe('1 compteur inactif : LOC03');
  });

  test.each([
    ['silent', { readings: 0 }],
    ['unknown', { energyWh: null }],
    ['vacant', { vacant: true }],
    ['consuming', { energyWh: 1 }],
  ])('not for a meter that is %s', (_, change) => {
    expect(idleMetersAnomaly({ meters: [{ ...idle, ...change }], dayOver: true })).toBeNull();
  });

  it('waits for the end of the day', () => {
    expect(idleMetersAnomaly({ meters: [idle], dayOver: false })).toBeNull();
  });
});

describe('compteur_silencieux', () => {
  const facts = { meter: 'LOC07', lot: 7, lastReadingAt: 1_000_000, watchedSince: 0, now: 0 };
  test.each([
    ['three intervals', 45 * minute, null],
    ['a little more', 45 * minute + 1000, 2701],
    ['three hours and twelve minutes', 3 * hour + 12 * minute, 11_520],
  ])('%s', (_, silentMs, value) => {
    const found = silentMeterAnomaly({ ...facts, now: facts.lastReadingAt + silentMs }, building);
    if (value === null) expect(found).toBeNull();
    else
      expect(found).toMatchObject({
        type: 'compteur_silencieux',
        severity: 'majeur',
        meter: 'LOC07',
        value,
        threshold: 2700,
        lots: [7],
      });
  });

  it('says since when', () => {
    const found = silentMeterAnomaly({ ...facts, now: facts.lastReadingAt + 3 * hour + 12 * minute }, building);
    expect(plain(found?.text)).toBe('Le compteur LOC07 est silencieux depuis 3 h 12 min');
  });

  it('watches a meter that never spoke', () => {
    const never = { ...facts, lastReadingAt: null, watchedSince: 5000 };
    expect(silentMeterAnomaly({ ...never, now: 5000 + 45 * minute }, building)).toBeNull();
    expect(silentMeterAnomaly({ ...never, now: 5000 + 46 * minute }, building)?.text).toContain('jamais répondu');
  });
});

describe('surconsommation_locataire', () => {
  const facts = { meter: 'LOC05', lot: 5, energyWh: 18_500, sameWeekdayWh: [] };
  test.each<[string, object, object, { value: number; threshold: number; impactWh: number } | null]>([
    ['above 15 kWh', {}, {}, { value: 18.5, threshold: 15, impactWh: 3500 }],
    ['on the limit', { energyWh: 15_000 }, {}, null],
    ['one Wh above', { energyWh: 15_001 }, {}, { value: 15.001, threshold: 15, impactWh: 1 }],
    ['unknown', { energyWh: null }, {}, null],
    ['the lot allows more', { lotLimitKwh: 20 }, {}, null],
    ['the lot allows less', { energyWh: 9000, lotLimitKwh: 8 }, {}, { value: 9, threshold: 8, impactWh: 1000 }],
    ['the median is not judged without a factor', { energyWh: 9000, sameWeekdayWh: same(1000, 8) }, {}, null],
    ['twice its median', { energyWh: 9000, sameWeekdayWh: same(4500, 8) }, { overconsumptionMedianFactor: 2 }, null],
    [
      'more than twice',
      { energyWh: 9001, sameWeekdayWh: same(4500, 8) },
      { overconsumptionMedianFactor: 2 },
      { value: 9.001, threshold: 9, impactWh: 1 },
    ],
    [
      'too few weeks',
      { energyWh: 9001, sameWeekdayWh: [...same(1000, 3), null, null] },
      { overconsumptionMedianFactor: 2 },
      null,
    ],
    ['always away', { energyWh: 9001, sameWeekdayWh: same(0, 8) }, { overconsumptionMedianFactor: 2 }, null],
  ])('%s', (_, change, config, expected) => {
    const found = overconsumptionAnomaly({ ...facts, ...change }, { thresholds: { ...thresholds, ...config } });
    if (expected)
      expect(found).toMatchObject({
        type: 'surconsommation_locataire',
        severity: 'mineur',
        meter: 'LOC05',
        lots: [5],
        ...expected,
      });
    else expect(found).toBeNull();
  });

  it('says both figures', () => {
    expect(plain(overconsumptionAnomaly(facts, building)?.text)).toBe(
      'Surconsommation du compteur LOC05 : 18,5 kWh dans la journée pour un seuil de 15,0 kWh',
    );
  });
});

describe('consommation_lot_vacant', () => {
  test.each([
    [true, 1200, 1200],
    [true, 0, null],
    [true, null, null],
    [false, 1200, null],
  ])('vacant %s, %s Wh', (vacant, energyWh, impactWh) => {
    const found = vacantLotAnomaly({ meter: 'LOC09', lot: 9, energyWh, vacant });
    if (impactWh === null) expect(found).toBeNull();
    else {
      expect(found).toMatchObject({
        type: 'consommation_lot_vacant',
        severity: 'mineur',
        value: 1.2,
        threshold: 0,
        impactWh,
        lots: [9],
      });
      expect(plain(found?.text)).toBe('Consommation de 1,2 kWh dans le lot vacant 9 (compteur LOC09)');
    }
  });
});

describe('bus_degrade', () => {
  test.each([
    ['5 %', 100, 95, null],
    ['6 %', 100, 94, 0.06],
    ['no poll', 0, 0, null],
    ['all fail', 84, 0, 1],
    ['more answers than polls', 10, 11, null],
  ])('%s', (_, polls, answers, value) => {
    const found = degradedBusAnomaly({ bus: 'bus1', polls, answers }, building);
    if (value === null) expect(found).toBeNull();
    else
      expect(found).toMatchObject({
        type: 'bus_degrade',
        severity: 'mineur',
        bus: 'bus1',
        meter: null,
        value,
        threshold: 0.05,
      });
  });

  it('says how many', () => {
    expect(plain(degradedBusAnomaly({ bus: 'bus1', polls: 80, answers: 60 }, building)?.text)).toBe(
      'Bus bus1 dégradé : 20 interrogations sur 80 sans réponse en une heure (25,0 %)',
    );
  });
});

describe('donnees_incompletes', () => {
  const meter = (id: string, lot: number | null, complete: boolean) => ({ meter: id, lot, complete });
  const meters = [meter('LOC07', 7, false), meter('LOC01', 1, true), meter('GLOBAL', null, false)];

  it('names who is missing', () => {
    const found = incompleteDataAnomaly({ meters, closed: true, balanceSuspected: false });
    expect(found).toMatchObject({ type: 'donnees_incompletes', severity: 'mineur', value: 1, threshold: 3, lots: [7] });
    expect(plain(found?.text)).toBe('Données incomplètes : 1/3 compteurs complets, incomplets : GLOBAL, LOC07');
  });

  it('stands for a balance that is not proven', () => {
    const complete = meters.map((entry) => ({ ...entry, complete: true }));
    expect(incompleteDataAnomaly({ meters: complete, closed: true, balanceSuspected: true })).toMatchObject({
      value: 3,
      threshold: 3,
      lots: [],
    });
    expect(incompleteDataAnomaly({ meters: complete, closed: true, balanceSuspected: false })).toBeNull();
  });

  it('waits until the day is closed', () => {
    expect(incompleteDataAnomaly({ meters, closed: false, balanceSuspected: true })).toBeNull();
  });
});
