import { inject } from 'vitest';
import { ensureBuckets } from '../../results/influx/ensure-buckets.ts';
import { createInfluxResults } from '../../results/influx/results.ts';
import { describeAnswers } from '../api/answers.contract.ts';

describeAnswers('InfluxDB', async () => {
  const influx = inject('influx');
  await ensureBuckets(influx);
  return createInfluxResults(influx);
});
