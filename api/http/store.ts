/** The store as the routes ask it: where it does not answer, that is a 503 with the reason for the log, not a fault of the request or of ours. */
import type { ResultsReader } from '../../results/port.ts';
import { Problem } from './problem.ts';

export function guardedReader(reader: ResultsReader): ResultsReader {
  return {
    meterDays: guarded((query) => reader.meterDays(query)),
    buildingDays: guarded((query) => reader.buildingDays(query)),
    anomalies: guarded((query) => reader.anomalies(query)),
    recommendations: guarded((query) => reader.recommendations(query)),
    climate: guarded((query) => reader.climate(query)),
    meterPeriods: guarded((query) => reader.meterPeriods(query)),
    buildingPeriods: guarded((query) => reader.buildingPeriods(query)),
    adjustments: guarded((query) => reader.adjustments(query)),
    async *readings(query) {
      try {
        yield* reader.readings(query);
      } catch (cause) {
        throw storeAway(cause);
      }
    },
    meterStates: guarded((building) => reader.meterStates(building)),
    meterStateHistory: guarded((query) => reader.meterStateHistory(query)),
    busHealth: guarded((query) => reader.busHealth(query)),
    pipeline: guarded((from, to) => reader.pipeline(from, to)),
  };
}

function guarded<A extends readonly unknown[], T>(ask: (...asked: A) => Promise<T>): (...asked: A) => Promise<T> {
  return async (...asked) => {
    try {
      return await ask(...asked);
    } catch (cause) {
      throw storeAway(cause);
    }
  };
}

function storeAway(cause: unknown): Problem {
  const headers = { 'retry-after': '10' };
  return new Problem(503, 'Les résultats sont momentanément inaccessibles : réessayez dans un instant.', {
    headers,
    cause,
  });
}
