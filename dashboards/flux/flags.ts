/** Flags of a window, stored as codes joined by commas (none: one space), as French words. */
import type { WindowFlag } from '../../domain/window.ts';

const words: Readonly<Record<WindowFlag, string>> = {
  partial: 'partiel',
  replaced: 'compteur remplacé',
  glitch: 'valeur écartée',
  conflict: 'lectures contradictoires',
  recovered: 'repris',
};

/** Flux expression: the field `flags` of `wide` in French; needs the import `strings`. */
export const frenchFlags = Object.entries(words).reduce(
  (text, [code, word]) => `strings.replaceAll(v: ${text}, t: "${code}", u: "${word}")`,
  'strings.replaceAll(v: if exists r.flags then strings.trimSpace(v: r.flags) else "", t: ",", u: ", ")',
);
