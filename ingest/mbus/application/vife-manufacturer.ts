/**
 * VIFE after FF belong to the manufacturer, the VIF before them keeps its meaning. What is published and shared by
 * several makers of electricity meters is a table here; all of it stays readable as `manufacturerVife` for profiles.
 *
 * ABB's manuals (A and B series) give 01 to 03 as L1 to L3, 04 as N, 05 to 07 as the voltages between phases; the
 * meters of Saia-Burgess and Finder use 01 to 03 in the same way. 00 is the total.
 */
import type { MeaningDraft, Phase } from './meaning.ts';

/** @param manufacturer three letters from the header, empty when unknown */
export function applyManufacturerVife(draft: MeaningDraft, code: number, manufacturer: string): void {
  const phase = PHASES_OF.get(manufacturer)?.[code];
  if (phase !== undefined) draft.phase ??= phase;
}

const SINGLE: readonly (Phase | undefined)[] = [undefined, 'L1', 'L2', 'L3'];
const PHASES_OF: ReadonlyMap<string, readonly (Phase | undefined)[]> = new Map([
  ['ABB', [...SINGLE, 'N', 'L1-L2', 'L2-L3', 'L3-L1']],
  ['SBC', SINGLE],
  ['FIN', SINGLE],
]);
