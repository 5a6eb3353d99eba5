/** Why something failed, in one line: `fetch failed` alone tells nobody anything, its cause does. */
export function reasonOf(problem: unknown): string {
  if (!(problem instanceof Error)) return typeof problem === 'string' ? problem : JSON.stringify(problem);
  const reasons: string[] = [];
  for (let error: unknown = problem; error instanceof Error && reasons.length < maximumCauses; error = error.cause) {
    const reason = error.message || (error instanceof AggregateError ? error.errors.map(reasonOf).join(', ') : '');
    if (reason !== '' && !reasons.includes(reason)) reasons.push(reason);
  }
  return reasons.join(': ') || problem.name;
}

const maximumCauses = 5;
