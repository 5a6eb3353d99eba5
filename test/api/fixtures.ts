/** A residence of 20 lots with a general and a common meter, a neighbour of 4 lots, and results made by hand for both. */
import type { Building, Lot, Meter } from '../../domain/building.ts';
import { type Calendar, createCalendar } from '../../domain/calendar.ts';
import type { Reading } from '../../domain/reading.ts';
import type {
  Adjustment,
  Anomaly,
  AnomalyType,
  BuildingDay,
  BuildingPeriod,
  MeterDay,
  MeterPeriod,
  Recommendation,
  Result,
} from '../../domain/results.ts';
import { severityOf } from '../../domain/results.ts';
import type { BusHealth, MeterState } from '../../domain/telemetry.ts';
import type { PeriodKind, TimeWindow } from '../../domain/window.ts';

export const timezone = 'Europe/Paris';
/** Tuesday 2026-03-31, 14:32 in Paris: the month holds a day of 23 hours. */
export const now = Date.parse('2026-03-31T14:32:00+02:00');
export const moveIn = Date.parse('2026-03-16T10:00:00+01:00');

export function buildingOf(changes: Partial<Building> = {}, lotCount = 20): Building {
  const lots = Array.from({ length: lotCount }, (_, index): Lot => lotOf(index + 1));
  const meters: Meter[] = [
    ...lots.map((lot) => meterOf(`LOC${String(lot.number).padStart(2, '0')}`, 'tenant', lot.number)),
    meterOf('COM01', 'common', null),
    meterOf('GLOBAL', 'general', null),
  ];
  return {
    id: 'tilleuls',
    name: 'Résidence des Tilleuls',
    address: '12 rue des Tilleuls, 69003 Lyon',
    syndic: 'Cabinet Martin & Fils',
    timezone,
    contractedPowerKva: 36,
    cosPhi: 1,
    expectedCommonShare: 0,
    lots,
    meters,
    thresholds: {
      classesKwh: [5, 10, 15],
      leakRatio: 0.95,
      incoherenceRatio: 1.02,
      powerRatio: 0.9,
      nightFloorRiseW: 200,
      overconsumptionKwh: 15,
      coefficientOfVariation: 0.3,
      busFailureShare: 0.05,
      silentIntervals: 3,
      frozenMs: 7_200_000,
      nightFloorShare: 0.2,
    },
    tariffs: [
      {
        from: Date.parse('2020-01-01T00:00:00+01:00'),
        slots: [
          { name: 'hp', centsPerKwh: 21.46, hours: [{ fromMinute: 390, toMinute: 1350 }] },
          { name: 'hc', centsPerKwh: 15.3, hours: [{ fromMinute: 1350, toMinute: 390 }] },
        ],
        standingChargeCents: 4200,
        taxesCents: 900,
      },
    ],
    invoices: [],
    charges: { mode: 'repartition', commonKey: 'generaux', closeAfterMs: 864_000_000 },
    events: [],
    contacts: [],
    maxGapMs: 7_200_000,
    latenessMs: 172_800_000,
    intervalMs: 60_000,
    ...changes,
  };
}

/** Lot 5 lets others see its load curve, lot 7 has a new occupant, lot 12 is vacant. */
function lotOf(number: number): Lot {
  const since = Date.parse('2020-01-01T00:00:00+01:00');
  const occupancy =
    number === 7
      ? [
          { from: since, to: moveIn, occupant: 'O07a' },
          { from: moveIn, occupant: 'O07b' },
        ]
      : [
          {
            from: since,
            occupant: number === 12 ? null : `O${String(number).padStart(2, '0')}`,
            consent: number === 5,
          },
        ];
  return { number, owner: `P${number}`, tantiemes: { generaux: 40 + number }, occupancy };
}

function meterOf(id: string, role: Meter['role'], lot: number | null): Meter {
  return { id, role, lot, multiplier: 1, maxPowerW: role === 'general' ? 72_000 : 36_000, installedAt: 0 };
}

export function meterDay(window: TimeWindow, meter: Meter, changes: Partial<MeterDay> = {}): MeterDay {
  return {
    v: 1,
    kind: 'meter_day',
    building: 'tilleuls',
    revision: 1,
    meter: meter.id,
    role: meter.role,
    lot: meter.lot,
    date: window.date,
    start: window.start,
    end: window.end,
    energyWh: 8_000,
    powerMaxW: 3_200,
    powerMaxAt: window.start + 70_000_000,
    powerMeanW: 333.25,
    demandMaxW: 2_900,
    nightFloorW: 60,
    readings: 1440,
    class: meter.role === 'tenant' ? 'moyen' : null,
    activity: 'actif',
    status: 'final',
    flags: [],
    startQuality: 'measured',
    endQuality: 'measured',
    estimatedWh: 0,
    glitches: 0,
    conflicts: 0,
    slotsWh: {},
    ...changes,
  };
}

export function buildingDay(window: TimeWindow, changes: Partial<BuildingDay> = {}): BuildingDay {
  return {
    v: 1,
    kind: 'building_day',
    building: 'tilleuls',
    revision: 1,
    date: window.date,
    start: window.start,
    end: window.end,
    generalWh: 171_000,
    tenantsWh: 160_000,
    commonWh: 9_000,
    remainderWh: 2_000,
    leakRatio: 169 / 171,
    leakRatioQuality: 'measured',
    powerMaxW: 18_000,
    powerMaxAt: window.start + 70_000_000,
    powerMeanW: 7_125,
    demandMaxW: 17_000,
    knownCount: 20,
    meanWh: 8_000,
    medianWh: 7_950.5,
    minWh: 1_200,
    maxWh: 14_900,
    stdevWh: 2_345.678,
    coefficientOfVariation: 0.29320975,
    homogeneity: 70.679025,
    homogeneityCount: 19,
    classFaible: 3,
    classMoyen: 11,
    classEleve: 6,
    classTresEleve: 0,
    metersReporting: 20,
    metersExpected: 20,
    nightFloorW: 1_900,
    remainderFloorW: 80,
    anomalies: 0,
    status: 'final',
    ...changes,
  };
}

export function anomaly(window: TimeWindow, type: AnomalyType, changes: Partial<Anomaly> = {}): Anomaly {
  return {
    v: 1,
    kind: 'anomaly',
    building: 'tilleuls',
    revision: 1,
    type,
    meter: null,
    bus: null,
    date: window.date,
    start: window.start,
    severity: severityOf[type],
    value: 1,
    threshold: 2,
    impactWh: null,
    text: `texte ${type}`,
    lots: [],
    open: true,
    openedAt: window.start + 3_600_000,
    updatedAt: window.start + 3_600_000,
    closedAt: null,
    ...changes,
  };
}

export function recommendation(window: TimeWindow, changes: Partial<Recommendation> = {}): Recommendation {
  return {
    v: 1,
    kind: 'recommendation',
    building: 'tilleuls',
    revision: 1,
    code: 'maintenance_annuelle',
    date: window.date,
    start: window.start,
    priority: 'basse',
    domain: 'maintenance',
    action: 'Maintenance préventive compteurs',
    text: 'Vérification annuelle des compteurs individuels',
    open: true,
    ...changes,
  };
}

export function meterPeriod(window: TimeWindow, meter: Meter, changes: Partial<MeterPeriod> = {}): MeterPeriod {
  return {
    v: 1,
    kind: 'meter_period',
    building: 'tilleuls',
    revision: 1,
    meter: meter.id,
    lot: meter.lot,
    period: window.kind as PeriodKind,
    occupancy: 0,
    occupant: meter.lot === null ? null : `O${String(meter.lot).padStart(2, '0')}`,
    payer: 'occupant',
    date: window.date,
    start: window.start,
    end: window.end,
    energyWh: 240_000,
    sharePct: 5,
    equalSharePct: 5,
    deviationPct: 0,
    billedDays: 31,
    amountCents: 5_120,
    estimatedWh: 0,
    activity: 'actif',
    status: 'open',
    flags: [],
    startQuality: 'measured',
    endQuality: 'measured',
    slotsWh: { hp: 180_000, hc: 60_000 },
    slotsCents: { hp: 3_863, hc: 918 },
    commonCents: 339,
    ...changes,
  };
}

export function buildingPeriod(window: TimeWindow, changes: Partial<BuildingPeriod> = {}): BuildingPeriod {
  return {
    v: 1,
    kind: 'building_period',
    building: 'tilleuls',
    revision: 1,
    period: window.kind as PeriodKind,
    date: window.date,
    start: window.start,
    end: window.end,
    generalWh: 5_130_000,
    tenantsWh: 4_800_000,
    remainderWh: 330_000,
    activeLots: 19,
    meanWh: 252_631.5,
    amountCents: 102_400,
    status: 'open',
    closedAt: null,
    remainderSlotsWh: {},
    generalSlotsWh: {},
    ...changes,
  };
}

export function adjustment(window: TimeWindow, meter: Meter, changes: Partial<Adjustment> = {}): Adjustment {
  return {
    v: 1,
    kind: 'adjustment',
    building: 'tilleuls',
    revision: 1,
    meter: meter.id,
    sequence: 1,
    lot: meter.lot,
    period: window.kind as PeriodKind,
    date: window.date,
    start: window.start,
    energyWh: 1_500,
    amountCents: 32,
    reason: 'lectures tardives',
    madeAt: now - 86_400_000,
    madeBy: 'releve',
    ...changes,
  };
}

export function meterState(meter: string, changes: Partial<MeterState> = {}): MeterState {
  return {
    v: 1,
    kind: 'meter_state',
    building: 'tilleuls',
    meter,
    at: now - 30_000,
    secondsSinceReading: 20,
    state: 'actif',
    failures1h: 0,
    ...changes,
  };
}

export function busHealth(changes: Partial<BusHealth> = {}): BusHealth {
  return {
    v: 1,
    kind: 'bus_health',
    building: 'tilleuls',
    bus: 'gaine',
    at: now - 60_000,
    polls: 22,
    answers: 22,
    timeouts: 0,
    checksumErrors: 0,
    discardedBytes: 0,
    cycleMs: 9_400,
    ...changes,
  };
}

export function reading(meter: string, at: number, energyImportWh: number): Reading {
  return { building: 'tilleuls', meter, at, energyImportWh, resolutionWh: 1, source: 'simulator', receivedAt: at };
}

export function paris(): Calendar {
  return createCalendar(timezone);
}

/** A plausible residence: `days` days up to today, this month's, quarter's and year's charges, states, today's load curve. */
export function lifelike(
  building: Building,
  days: number,
  options: { readonly anomalies: boolean },
): {
  readonly results: Result[];
  readonly telemetry: (MeterState | BusHealth)[];
  readonly readings: Reading[];
} {
  const calendar = paris();
  const results: Result[] = [];
  const tenants = building.meters.filter((meter) => meter.role === 'tenant');
  const general = building.meters.find((meter) => meter.role === 'general') as Meter;
  const windows = calendar.between('day', now - (days - 1) * 86_400_000, now + 1);
  const sums = new Map<string, number>();
  for (const [index, window] of windows.entries()) {
    const today = window.end > now;
    const elapsed = today ? (now - window.start) / (window.end - window.start) : 1;
    const season = 1 + 0.35 * Math.cos(((index - days) / 365) * 2 * Math.PI);
    const energies = tenants.map((meter, lot) =>
      meter.lot === 12
        ? 0
        : Math.round((5_200 + ((lot * 1_733) % 7_000)) * season * elapsed * (0.8 + 0.4 * noise(index * 31 + lot))),
    );
    if (!today && options.anomalies && index === windows.length - 2) energies[2] = 19_400;
    const tenantsWh = energies.reduce((all, energy) => all + energy, 0);
    const commonWh = Math.round(9_000 * elapsed);
    const leak = options.anomalies && index >= windows.length - 3 ? 14_000 * elapsed : 0;
    const remainderWh = Math.round(1_800 * elapsed + leak);
    const generalWh = tenantsWh + commonWh + remainderWh;
    const status = today ? 'open' : index > windows.length - 4 ? 'provisional' : 'final';
    for (const [lot, meter] of tenants.entries()) {
      const energyWh = energies[lot] ?? 0;
      sums.set(meter.id, (sums.get(meter.id) ?? 0) + energyWh);
      results.push(
        meterDay(window, meter, {
          energyWh,
          status,
          powerMaxW: Math.round(1_400 + energyWh * 0.28),
          readings: Math.round(1440 * elapsed),
        }),
      );
    }
    const powerMaxW = Math.round(
      9_000 + 8_000 * noise(index) + (options.anomalies && index === windows.length - 2 ? 19_000 : 0),
    );
    results.push(
      meterDay(window, general, {
        energyWh: generalWh,
        status,
        powerMaxW,
        powerMeanW: generalWh / (24 * elapsed),
        readings: Math.round(1440 * elapsed),
      }),
      buildingDay(window, {
        generalWh,
        tenantsWh,
        commonWh,
        remainderWh,
        leakRatio: (tenantsWh + commonWh) / generalWh,
        powerMaxW,
        status,
        ...distribution(energies),
      }),
      recommendation(window),
      recommendation(window, {
        code: 'bilan_annuel',
        domain: 'reporting',
        action: 'Rapport énergétique annuel',
        text: 'Établir bilan énergétique détaillé',
      }),
    );
    if (options.anomalies && index === windows.length - 2)
      results.push(
        anomaly(window, 'fuite_energetique', {
          value: 0.918,
          threshold: 0.95,
          impactWh: 14_000,
          text: 'Fuite détectée : 91,8 % de corrélation',
        }),
        anomaly(window, 'depassement_puissance', {
          value: powerMaxW,
          threshold: 32_400,
          text: `Puissance max : ${powerMaxW} W > seuil 32 400 W`,
        }),
        anomaly(window, 'surconsommation_locataire', {
          meter: 'LOC03',
          lots: [3],
          value: 19.4,
          threshold: 15,
          impactWh: 4_400,
          text: 'Consommation de 19,4 kWh dans la journée (seuil 15,0 kWh)',
        }),
        recommendation(window, {
          code: 'inspecter_communs',
          priority: 'haute',
          domain: 'technique',
          action: 'Inspection des installations communes',
          text: 'Investiguer la fuite énergétique de 14,0 kWh/jour',
        }),
      );
  }
  for (const kind of ['month', 'quarter', 'year'] as const) {
    for (const window of [calendar.windowOf(kind, now), calendar.previous(calendar.windowOf(kind, now))]) {
      const share = Math.floor(10_000 / tenants.length) / 100;
      const total = [...sums.values()].reduce((all, energy) => all + energy, 0);
      for (const meter of tenants)
        results.push(
          meterPeriod(window, meter, {
            energyWh: sums.get(meter.id) ?? 0,
            sharePct: Math.round(((sums.get(meter.id) ?? 0) / total) * 10_000) / 100,
            equalSharePct: share,
            deviationPct: Math.round((((sums.get(meter.id) ?? 0) / total) * 100 - share) * 100) / 100,
            amountCents: Math.round((sums.get(meter.id) ?? 0) * 0.0223),
          }),
        );
      results.push(
        buildingPeriod(window, {
          activeLots: tenants.length,
          generalWh: Math.round(total * 1.07),
          tenantsWh: total,
          remainderWh: Math.round(total * 0.07),
          amountCents: Math.round(total * 0.0223),
        }),
      );
    }
  }
  const midnight = calendar.windowOf('day', now).start;
  const readings: Reading[] = [];
  for (const [meter, base] of [
    ['GLOBAL', 7_000],
    ['LOC05', 350],
    ['LOC07', 400],
  ] as const) {
    let index = 10_000_000;
    for (let at = midnight - 600_000; at <= now; at += 300_000) {
      const hour = (at - midnight) / 3_600_000;
      index += Math.round(
        (base *
          (0.45 +
            0.9 * Math.exp(-((hour - 7.5) ** 2) / 3) +
            0.5 * Math.exp(-((hour - 12.5) ** 2) / 4) +
            0.15 * noise(Math.round(hour * 12)))) /
          12,
      );
      readings.push(reading(meter, at, index));
    }
  }
  const telemetry = [
    ...building.meters.map((meter) =>
      meterState(
        meter.id,
        options.anomalies && meter.id === 'LOC17'
          ? { state: 'silencieux', secondsSinceReading: 11_500, failures1h: 57 }
          : {},
      ),
    ),
    busHealth(),
  ];
  return { results, telemetry, readings };
}

function distribution(energies: readonly number[]): Partial<BuildingDay> {
  const sorted = [...energies].sort((a, b) => a - b);
  const meanWh = energies.reduce((all, energy) => all + energy, 0) / energies.length;
  const stdevWh = Math.sqrt(energies.reduce((all, energy) => all + (energy - meanWh) ** 2, 0) / (energies.length - 1));
  const count = (least: number, most: number) => energies.filter((energy) => energy > least && energy <= most).length;
  return {
    meanWh,
    medianWh: ((sorted[9] ?? 0) + (sorted[10] ?? 0)) / 2,
    minWh: sorted[0] ?? null,
    maxWh: sorted.at(-1) ?? null,
    stdevWh,
    coefficientOfVariation: stdevWh / meanWh,
    classFaible: count(-1, 5_000),
    classMoyen: count(5_000, 10_000),
    classEleve: count(10_000, 15_000),
    classTresEleve: count(15_000, Number.POSITIVE_INFINITY),
  };
}

/** The same pseudo-random number in [0, 1) for the same seed. */
function noise(seed: number): number {
  const value = Math.sin(seed * 12.9898) * 43_758.5453;
  return value - Math.floor(value);
}
