import { describe, expect, test } from 'vitest';
import { resultKey } from '../../../domain/results.ts';
import { openSqliteStore } from '../../../results/sqlite/open.ts';
import { resultsContract } from '../../contract/results.contract.ts';
import { meterDay } from '../../contract/results.fixtures.ts';

describe('the SQLite results keep the contract', () => {
  resultsContract(async () => {
    const store = openSqliteStore(':memory:');
    return { results: store.results, close: async () => store.close() };
  });
});

describe('journal and results are one', () => {
  test('a result appended to the journal is a result, and deleted there it is gone', async () => {
    const { journal, results, close } = openSqliteStore(':memory:');
    const day = meterDay('B1');
    await journal.append([{ topic: 'results', key: resultKey(day), building: 'B1', value: day }]);
    const query = { building: 'B1', from: day.start, to: day.end };
    expect(await results.meterDays(query)).toEqual([day]);
    await results.write([{ ...day, revision: 9 }]);
    expect(await results.meterDays(query)).toEqual([{ ...day, revision: 9 }]);
    await journal.append([{ topic: 'results', key: resultKey(day), building: 'B1', value: null }]);
    expect(await results.meterDays(query)).toEqual([]);
    close();
  });
});
