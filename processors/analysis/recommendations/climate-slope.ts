/**
 * `reguler_chauffage`, `reguler_climatisation`: a degree day costs at least 15 % more than at the same date a year before.
 *
 *     slope now / slope a year before ≥ 1.15         both above 0, both signatures with R² ≥ 0.5 (below, weather explains little)
 */

import { frenchKwh, frenchPercent } from '../../../domain/french.ts';
import type { Climate } from '../../../domain/results.ts';
import { type Advice, advice } from './advice.ts';

export type Signature = Pick<Climate, 'heatingWhPerDegreeDay' | 'coolingWhPerDegreeDay' | 'r2'>;

export function regulateHeating(now: Signature | null, yearBefore: Signature | null): Advice | null {
  const risen = rise(now, yearBefore, 'heatingWhPerDegreeDay');
  return risen === null
    ? null
    : advice('reguler_chauffage', `Le chauffage consomme ${risen} par degré-jour\u00a0: vérifier la régulation`);
}

export function regulateCooling(now: Signature | null, yearBefore: Signature | null): Advice | null {
  const risen = rise(now, yearBefore, 'coolingWhPerDegreeDay');
  return risen === null
    ? null
    : advice(
        'reguler_climatisation',
        `La climatisation consomme ${risen} par degré-jour\u00a0: vérifier la régulation`,
      );
}

function rise(
  now: Signature | null,
  yearBefore: Signature | null,
  slope: 'heatingWhPerDegreeDay' | 'coolingWhPerDegreeDay',
): string | null {
  if (!now || !yearBefore) return null;
  if ((now.r2 ?? 0) < explainedNeeded || (yearBefore.r2 ?? 0) < explainedNeeded) return null;
  if (now[slope] <= 0 || yearBefore[slope] <= 0) return null;
  const ratio = now[slope] / yearBefore[slope];
  if (ratio < riseNeeded) return null;
  return `${frenchKwh(now[slope])}, ${frenchPercent(ratio - 1)} de plus que l'an dernier,`;
}

const explainedNeeded = 0.5;
const riseNeeded = 1.15;
