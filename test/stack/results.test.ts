import { describe, expect, inject, test } from 'vitest';
import { ensureBuckets } from '../../results/influx/ensure-buckets.ts';
import { ensureTokens } from '../../results/influx/ensure-tokens.ts';
import { createInfluxResults } from '../../results/influx/results.ts';
import { resultsContract } from '../contract/results.contract.ts';
import { day0, dayMs, meterDay, storedReading } from '../contract/results.fixtures.ts';

describe('the InfluxDB results keep the contract', () => {
  resultsContract(async () => {
    const influx = inject('influx');
    await ensureBuckets(influx);
    const results = createInfluxResults(influx);
    return { results, close: () => results.close() };
  });
});

describe('outcomes of a write', () => {
  test('what InfluxDB refuses is found among what it takes, with its reason', async () => {
    const influx = inject('influx');
    const results = createInfluxResults(influx);
    const building = 'refusals';
    expect(await results.write([meterDay(building)])).toEqual({ outcome: 'done', refused: [] });
    const good = Array.from({ length: 50 }, (_, n) => storedReading(building, 'LOC01', n));
    // A field has its type for ever: a string where a number was.
    const changed = { ...meterDay(building, 1), status: 7 as never, class: 'moyen' as const };
    const wrongType = { ...changed, energyWh: 1.5 };
    const tooOld = storedReading(building, 'LOC01', 0, { at: day0 - 3000 * dayMs });
    const outcome = await results.write([...good, wrongType, tooOld]);
    expect(outcome).toMatchObject({
      outcome: 'done',
      refused: [
        { item: wrongType, reason: expect.stringMatching(/energy_wh is 1.5/) },
        { item: tooOld, reason: expect.stringMatching(/older/) },
      ],
    });
  });

  test('the sink’s token writes and is known to be good, the reader’s is refused by a write', async () => {
    const influx = inject('influx');
    const tokens = await ensureTokens(influx);
    const sink = createInfluxResults({ ...influx, token: tokens.sink });
    await expect(sink.check()).resolves.toBeUndefined();
    expect(await sink.write([meterDay('least'), storedReading('least', 'LOC01', 0)])).toEqual({
      outcome: 'done',
      refused: [],
    });
    const api = createInfluxResults({ ...influx, token: tokens.api });
    await expect(api.check()).resolves.toBeUndefined();
    expect(await api.meterDays({ building: 'least', from: day0, to: day0 + dayMs })).toEqual([meterDay('least')]);
    expect(await api.write([meterDay('least')])).toMatchObject({ outcome: 'stop' });
    await expect(createInfluxResults({ ...influx, token: 'wrong' }).check()).rejects.toThrow(/unauthorized/);
  });

  test('wrong rights stop, an unreachable server is tried again', async () => {
    const influx = inject('influx');
    expect(await createInfluxResults({ ...influx, token: 'wrong' }).write([meterDay('B1')])).toMatchObject({
      outcome: 'stop',
    });
    const away = createInfluxResults({ ...influx, url: 'http://127.0.0.1:9', timeoutMs: 500 });
    expect(await away.write([meterDay('B1')])).toMatchObject({ outcome: 'retry' });
    await expect(away.check()).rejects.toThrow();
  });
});
