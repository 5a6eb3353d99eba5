/** `npm test` tries the same cases each time, so that a red run is a change's own; LAW_CASES=n looks for new ones. */
import fc from 'fast-check';

if (process.env.LAW_CASES === undefined) fc.configureGlobal({ ...fc.readConfigureGlobal(), seed: 20_261_124 });
