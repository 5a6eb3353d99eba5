/** What the routes share. */
import type { AnswerContext } from '../answers/context.ts';
import type { AnswerCache } from '../http/answer-cache.ts';
import type { BuildingDirectory, KnownBuilding } from '../http/buildings.ts';
import type { Gate } from '../http/gate.ts';

export interface RouteTools {
  readonly gate: Gate;
  readonly cache: AnswerCache;
  readonly directory: BuildingDirectory;
  /** The building's context at the present instant. */
  contextOf(known: KnownBuilding): AnswerContext;
}
