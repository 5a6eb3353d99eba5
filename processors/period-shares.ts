/** The shares of a period: of each lot, divided over its meters and the stays in it. */
import { type Share, shareOut, splitShare } from './analysis/shares.ts';
import type { MeterPart } from './period-parts.ts';

interface LotParts {
  readonly number: number;
  energyWh: number;
  active: boolean;
  readonly parts: MeterPart[];
  readonly wholes: MeterPart[];
}

/** Of each tenant part: the lot's share, divided over its meters and stays. */
export function sharesOf(tenants: readonly MeterPart[]): Map<MeterPart, Share> {
  const shares = new Map<MeterPart, Share>();
  const entries = lotsOf(tenants);
  const weight = (part: MeterPart) => ({
    energyWh: part.figures.energyWh ?? 0,
    durationMs: part.span.end - part.span.start,
  });
  shareOut(entries).forEach((share, i) => {
    const entry = entries[i];
    if (!entry) return;
    const [only, ...others] = entry.wholes;
    if (only && others.length === 0 && entry.parts.length === 1) {
      shares.set(only, share);
      return;
    }
    splitShare(share, entry.wholes.map(weight)).forEach((meterShare, j) => {
      const whole = entry.wholes[j];
      if (!whole) return;
      shares.set(whole, meterShare);
      const stays = entry.parts.filter((part) => part.evaluated === whole.evaluated && part.occupancy !== 0);
      if (stays.length > 0)
        splitShare(meterShare, stays.map(weight)).forEach((stayShare, k) => {
          shares.set(stays[k] as MeterPart, stayShare);
        });
    });
  });
  return shares;
}

function lotsOf(tenants: readonly MeterPart[]): LotParts[] {
  const entries: LotParts[] = [];
  const byNumber = new Map<number, LotParts>();
  for (const part of tenants) {
    const number = part.evaluated.context.meter.lot ?? 0;
    const isWhole = part.occupancy === 0;
    const energyWh = isWhole ? (part.figures.energyWh ?? 0) : 0;
    const active = isWhole && isActive(part);
    const lot = byNumber.get(number);
    if (lot) {
      lot.parts.push(part);
      if (isWhole) lot.wholes.push(part);
      lot.energyWh += energyWh;
      lot.active ||= active;
      continue;
    }
    const first = { number, energyWh, active, parts: [part], wholes: isWhole ? [part] : [] };
    byNumber.set(number, first);
    entries.push(first);
  }
  return entries;
}

/** Its consumption is known, and the lot is not vacant throughout. */
export function isActive(part: MeterPart): boolean {
  return part.figures.energyWh !== null && !part.vacant;
}
