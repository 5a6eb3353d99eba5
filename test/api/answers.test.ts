import { openSqliteStore } from '../../results/sqlite/open.ts';
import { describeAnswers } from './answers.contract.ts';
import { now } from './fixtures.ts';

describeAnswers('SQLite', async () => openSqliteStore(':memory:', { now: () => now }).results);
