import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type Result, resultKey } from '../../domain/results.ts';
import { accountOf } from '../../processors/account.ts';
import { noEffects } from '../../processors/effects.ts';
import { BuildingProcessor } from '../../processors/step.ts';
import { Workspace } from '../../processors/workspace.ts';
import { declaredEvent, type Expectation, type Fields, readScenario } from './scenario.ts';

const root = import.meta.dirname;
const names = readdirSync(root, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name);

describe('scenarios whose figures were derived by hand', () => {
  it.each(names)('%s', (name) => {
    const folder = join(root, name);
    expect(existsSync(join(folder, 'note.md'))).toBe(true);
    const scenario = readScenario(folder);
    const workspace = new Workspace();
    const processor = new BuildingProcessor(scenario.building, workspace);
    const effects = noEffects();
    const waiting = [...scenario.readings];
    const began = Date.parse(scenario.steps[0]?.now ?? '');
    for (const step of scenario.steps) {
      const now = Date.parse(step.now);
      const due = waiting.filter((r) => r.source === 'import' || r.receivedAt <= now);
      for (const reading of due) {
        waiting.splice(waiting.indexOf(reading), 1);
        processor.step({ type: 'reading', reading }, effects);
      }
      for (const body of step.declared ?? [])
        processor.step({ type: 'declared', event: declaredEvent(body), now }, effects);
      for (const health of step.buses ?? []) processor.step({ type: 'bus', health }, effects);
      processor.step(
        step.watch ? { type: 'watch', now, since: began } : { type: 'flush', now, settled: true },
        effects,
      );
      const inForce = [...new Map(effects.results.map((result) => [resultKey(result), result])).values()];
      const wrong = step.expect.flatMap((expectation) => check(inForce, expectation));
      expect({ now: step.now, wrong }).toEqual({ now: step.now, wrong: [] });
    }
    expect(waiting).toEqual([]);
    if (scenario.account) {
      const account = accountOf(processor, workspace);
      const rejected = account.rejected + scenario.rejected.length;
      expect({ ...account, rejected }).toEqual(scenario.account);
    }
  });
});

function check(results: readonly Result[], { where, is = {}, none }: Expectation): unknown[] {
  const found = results.filter((result) => holds(result, where));
  if (none) return found.map((result) => ({ unexpected: result }));
  if (found.length !== 1) return [{ where, found: found.length }];
  const fields: Fields = { ...found[0] };
  return Object.entries(is).flatMap(([name, want]) =>
    same(fields[name], want) ? [] : [{ where, field: name, want, got: fields[name] }],
  );
}

function holds(result: Result, where: Fields): boolean {
  const fields: Fields = { ...result };
  return Object.entries(where).every(([name, want]) => same(fields[name], want));
}

/** Instants stand as texts; fractions hold to 1e-9. */
function same(got: unknown, want: unknown): boolean {
  if (typeof want === 'string' && typeof got === 'number') return Date.parse(want) === got;
  if (typeof want === 'number' && typeof got === 'number')
    return Math.abs(got - want) <= 1e-9 * Math.max(1, Math.abs(want));
  return isDeepStrictEqual(got, want);
}
