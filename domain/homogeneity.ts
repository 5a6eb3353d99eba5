/** What a homogeneity score (0 to 100) says, in the seed's French sentences: > 80, > 60, > 40, else. */
export function interpretHomogeneity(score: number | null): string {
  if (score === null) return 'Données insuffisantes';
  return sentences.find(([above]) => score > above)?.[1] ?? 'Faible homogénéité - Actions correctives nécessaires';
}

const sentences: readonly (readonly [above: number, sentence: string])[] = [
  [80, 'Excellente homogénéité - Gestion énergétique équilibrée'],
  [60, 'Bonne homogénéité - Quelques écarts à surveiller'],
  [40, 'Homogénéité moyenne - Optimisations possibles'],
];
