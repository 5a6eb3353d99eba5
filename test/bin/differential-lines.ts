/**
 * Files as strangers write them: readings with every trouble that the rules speak of, lines in no order, instants written in every way that
 * ISO 8601 has with an offset, and lines that must be refused. What the lines mean is known without reading them.
 */
import type { Reading } from '../../domain/reading.ts';
import { mulberry } from '../random.ts';

const minuteMs = 60_000;
const hourMs = 60 * minuteMs;

export interface Row {
  readonly meter: string;
  readonly at: number;
  readonly index: number;
  /** As written; undefined: left empty. */
  readonly powerW: string | undefined;
}

export interface Trouble {
  readonly from: number;
  readonly to: number;
  /** A local midnight before which all meters fall silent together for hours. */
  readonly powerCutAt: number;
  /** Register of this meter wraps here. */
  readonly rollover: { readonly meter: string; readonly limitWh: number };
  /** From the instant on another register counts, as the configuration declares. */
  readonly replaced: { readonly meter: string; readonly at: number; readonly initialWh: number };
}

/** Rows of one building: the general meter counts what the others do and a little more. */
export function randomRows(meters: readonly string[], general: string, trouble: Trouble, seed: number): Row[] {
  const random = mulberry(seed);
  const rows: Row[] = [];
  const take = (meter: string, watts: (at: number) => number, first: number): void => {
    const step = [15, 30, 60, 20, 47][Math.floor(random() * 5)] as number;
    let energy = first;
    let swapped: number | null = null;
    let at = trouble.from + Math.floor(random() * 3) * 17 * minuteMs;
    for (let before = at; at < trouble.to; ) {
      energy += (watts((at + before) / 2) * (at - before)) / hourMs;
      before = at;
      const isCut = at > trouble.powerCutAt - 3 * hourMs && at < trouble.powerCutAt + 5 * hourMs;
      const { replaced, rollover } = trouble;
      let wh = Math.floor(energy);
      if (meter === replaced.meter && at >= replaced.at) {
        swapped ??= wh;
        wh = replaced.initialWh + wh - swapped;
      }
      if (meter === rollover.meter) wh %= rollover.limitWh;
      if (!isCut && random() > 0.01) {
        const powerW = random() < 0.7 ? (watts(at) * (0.5 + random())).toFixed(Math.floor(random() * 3)) : undefined;
        const row = (index: number, power = powerW): number => rows.push({ meter, at, index, powerW: power });
        const event = random();
        if (event < 0.004) row(0);
        else if (event < 0.008) row(wh + 40_000_000);
        else row(wh);
        if (event > 0.98) row(wh, random() < 0.5 ? powerW : '7.25');
        if (event > 0.99) row(wh + 5);
      }
      if (random() < 0.003) at += Math.floor(random() * 40) * hourMs;
      at += step * minuteMs - (random() < 0.1 ? (at + step * minuteMs) % hourMs : 0) + Math.floor(random() * 2) * 1234;
    }
  };
  const levels = meters.map(() => 60 + random() * 900);
  const load = (level: number) => (at: number) => level * (1 + Math.sin(at / 7e6)) + 30;
  meters.forEach((meter, i) => {
    take(meter, load(levels[i] as number), Math.floor(random() * 9e6));
  });
  take(general, (at) => levels.reduce((sum, level) => sum + load(level)(at), 60), 4e6);
  return rows;
}

export function readingOf({ meter, at, index, powerW }: Row, building: string, receivedAt: number): Reading {
  return {
    building,
    meter,
    at,
    energyImportWh: index,
    powerW: powerW === undefined ? undefined : Number(powerW),
    source: 'import',
    receivedAt,
  };
}

/** One way of several to write the instant; those with seconds only where it has no milliseconds. */
export function writtenInstant(at: number, random: () => number): string {
  const shifted = (minutes: number): string => new Date(at + minutes * minuteMs).toISOString().slice(0, -1);
  const short = (text: string): string => text.replace(/\.000$/, '').replace(/:00$/, random() < 0.3 ? '' : ':00');
  switch (Math.floor(random() * 7)) {
    case 0:
      return `${shifted(0)}Z`;
    case 1:
      return `${short(shifted(60))}+01:00`;
    case 2:
      return `${short(shifted(120))}+02:00`;
    case 3:
      return `${short(shifted(-210)).replace('T', ' ')}-03:30`;
    case 4:
      return `${short(shifted(330))}+0530`;
    case 5:
      return `${short(shifted(120))}+02`;
    default:
      return `${shifted(0).toLowerCase()}z`;
  }
}

/** Lines that must be refused, with their codes. */
export const badLines: readonly (readonly [code: string, cells: Readonly<Record<string, string>>])[] = [
  ['INSTANT_INVALID', { meter: 'M1', at: '2026-03-29T02:30:00', energy_import_wh: '5' }],
  ['INSTANT_INVALID', { meter: 'M1', at: '2026-02-30T02:30:00Z', energy_import_wh: '5' }],
  ['INSTANT_INVALID', { meter: 'M1', at: '1774000000', energy_import_wh: '5' }],
  ['INDEX_NEGATIVE', { meter: 'M1', at: '2026-03-20T02:30:00Z', energy_import_wh: '-5' }],
  ['INDEX_NOT_INTEGER', { meter: 'M1', at: '2026-03-20T02:30:00Z', energy_import_wh: '5.5' }],
  ['INDEX_NOT_INTEGER', { meter: 'M1', at: '2026-03-20T02:30:00Z', energy_import_wh: '' }],
  ['INDEX_NOT_INTEGER', { meter: 'M1', at: '2026-03-20T02:30:00Z', energy_import_wh: '99999999999999999999' }],
  ['POWER_NOT_FINITE', { meter: 'M1', at: '2026-03-20T02:30:00Z', energy_import_wh: '5', power_w: 'Infinity' }],
  ['POWER_NOT_FINITE', { meter: 'M1', at: '2026-03-20T02:30:00Z', energy_import_wh: '5', power_w: 'n/a' }],
  ['METER_UNKNOWN', { meter: 'M9', at: '2026-03-20T02:30:00Z', energy_import_wh: '5' }],
  ['BEFORE_INSTALLATION', { meter: 'M1', at: '1999-03-20T02:30:00Z', energy_import_wh: '5' }],
  ['INSTANT_IN_FUTURE', { meter: 'M1', at: '2199-03-20T02:30:00Z', energy_import_wh: '5' }],
  ['BUILDING_UNKNOWN', { meter: 'M1', at: '2026-03-20T02:30:00Z', energy_import_wh: '5', building: 'chateau' }],
];

/** The file's text: columns in some order, line ends, marks, quotations and blank lines as chance has it. */
export function writtenFile(rows: readonly Row[], building: string, seed: number): string {
  const random = mulberry(seed);
  const columns = shuffled(['meter', 'at', 'energy_import_wh', 'power_w', 'building'], random);
  const cell = (text: string): string => (random() < 0.05 ? `"${text}"` : random() < 0.05 ? ` ${text}` : text);
  const line = (cells: Readonly<Record<string, string>>): string =>
    columns.map((column) => cell(cells[column] ?? '')).join(',');
  const lines = [
    ...rows.map(({ meter, at, index, powerW }) =>
      line({
        meter,
        at: writtenInstant(at, random),
        energy_import_wh: random() < 0.02 ? `00${index}` : String(index),
        power_w: powerW ?? '',
        building: random() < 0.5 ? building : '',
      }),
    ),
    ...badLines.map(([, cells]) => line(cells)),
    ...Array.from({ length: 5 }, () => '  '),
  ];
  const header = columns.map((name) => (random() < 0.3 ? name.toUpperCase() : name)).join(',');
  const end = random() < 0.5 ? '\r\n' : '\n';
  return `${random() < 0.7 ? '\uFEFF' : ''}${[header, ...shuffled(lines, random)].join(end)}${random() < 0.5 ? end : ''}`;
}

export function shuffled<T>(items: readonly T[], random: () => number): T[] {
  return items
    .map((item) => [random(), item] as const)
    .sort(([a], [b]) => a - b)
    .map(([, item]) => item);
}
