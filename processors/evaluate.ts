/** The accepted curve of every meter of a building, from its state: the step from readings to consumption. */

import type { Curve } from './consumption/curve.ts';
import type { ReadingColumns } from './consumption/readings.ts';
import type { MeterRules, Validation } from './consumption/validate.ts';
import type { BuildingContext, MeterContext } from './context.ts';
import { type BuildingState, type MeterState, meterStateOf, settle } from './state.ts';
import type { Workspace } from './workspace.ts';

export interface EvaluatedMeter {
  readonly context: MeterContext;
  readonly state: MeterState;
  /** What the state still holds of it, in order. */
  readonly readings: ReadingColumns;
  readonly curve: Curve;
  readonly validation: Validation;
}

export interface Evaluation {
  /** In the configuration's order. */
  readonly meters: readonly EvaluatedMeter[];
  readonly general: EvaluatedMeter | undefined;
  readonly tenants: readonly EvaluatedMeter[];
  readonly commons: readonly EvaluatedMeter[];
}

/** `now`: declared replacements after it are still to come. */
export function evaluate(
  state: BuildingState,
  context: BuildingContext,
  workspace: Workspace,
  now: number,
): Evaluation {
  const meters = context.meters.map((meterContext, index): EvaluatedMeter => {
    const meter = meterStateOf(state, meterContext.meter.id);
    const curve = workspace.curve(index);
    const validation = workspace.validation(index);
    const readings = workspace.readings(index);
    settle(meter);
    meter.tail.unfold(readings);
    curve.reset(context.building.maxGapMs);
    validation.run(readings, meter.base, rulesOf(meterContext.rules, meter), curve, now);
    return { context: meterContext, state: meter, readings, curve, validation };
  });
  return {
    meters,
    general: meters.find((m) => m.context.meter.role === 'general'),
    tenants: meters.filter((m) => m.context.meter.role === 'tenant'),
    commons: meters.filter((m) => m.context.meter.role === 'common'),
  };
}

/** The configuration's register limit, else what the readings say. */
function rulesOf(rules: MeterRules, { registerLimitWh }: MeterState): MeterRules {
  return rules.registerLimitWh !== undefined || registerLimitWh === null ? rules : { ...rules, registerLimitWh };
}
