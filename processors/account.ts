/** The account: readings = used + duplicates + conflicts + glitches + quarantined + late + rejected. */
import { evaluate } from './evaluate.ts';
import type { BuildingProcessor } from './step.ts';
import type { Workspace } from './workspace.ts';

export interface Account {
  readonly used: number;
  readonly duplicates: number;
  readonly conflicts: number;
  readonly glitches: number;
  readonly quarantined: number;
  readonly late: number;
  readonly rejected: number;
}

export function emptyAccount(): Account {
  return { used: 0, duplicates: 0, conflicts: 0, glitches: 0, quarantined: 0, late: 0, rejected: 0 };
}

/** Decided counts plus what the readings at hand come to now. */
export function accountOf({ state, context }: BuildingProcessor, workspace: Workspace): Account {
  const { meters } = evaluate(state, context, workspace, Number.POSITIVE_INFINITY);
  return addAccounts(
    { ...emptyAccount(), rejected: state.rejectedUnknown },
    ...meters.map(({ state: meter, validation }) => ({
      used: meter.decided.used + validation.used,
      duplicates: meter.duplicates,
      conflicts: meter.decided.conflicts + validation.conflicts,
      glitches: meter.decided.glitches + validation.glitches,
      quarantined: meter.decided.quarantined + validation.quarantined,
      late: meter.late,
      rejected: meter.rejected,
    })),
  );
}

export function addAccounts(...accounts: readonly Account[]): Account {
  return accounts.reduce((sum, account) => ({
    used: sum.used + account.used,
    duplicates: sum.duplicates + account.duplicates,
    conflicts: sum.conflicts + account.conflicts,
    glitches: sum.glitches + account.glitches,
    quarantined: sum.quarantined + account.quarantined,
    late: sum.late + account.late,
    rejected: sum.rejected + account.rejected,
  }));
}
