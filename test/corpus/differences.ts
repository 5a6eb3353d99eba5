/**
 * Where we mean to disagree with the reference answers of the corpus, one entry a field; docs/differences.md gives the
 * same list in words with the clause of the standard. The list is exact: a disagreement that is not here fails the test,
 * and so does an entry that no disagreement needs.
 */

export interface DeliberateDifference {
  readonly file: string;
  readonly field: string;
  readonly ours: string;
  readonly theirs: string;
  /** Heading in docs/differences.md. */
  readonly reason: string;
}

const HISTORIC = 'Fixed structure: a historic counter';
const DIGITS = 'BCD: digits above 9';
const INVALID = 'Dates: marked invalid';
const NOT_SET = 'Dates: not set';
const RESERVED = 'Reserved codes';

export const DELIBERATE_DIFFERENCES: readonly DeliberateDifference[] = [
  {
    file: 'ELS_Elster-F96-Plus',
    field: 'record 4 value',
    ours: 'BCD_DIGIT',
    theirs: '13131113.000000',
    reason: DIGITS,
  },
  { file: 'ELS_Elster-F96-Plus', field: 'record 5 value', ours: 'BCD_DIGIT', theirs: '131.113000', reason: DIGITS },
  { file: 'abb_f95', field: 'record 2 value', ours: 'BCD_DIGIT', theirs: '1311041.300000', reason: DIGITS },
  { file: 'abb_f95', field: 'record 3 value', ours: 'BCD_DIGIT', theirs: '11.041300', reason: DIGITS },
  {
    file: 'REL-Relay-Padpuls2',
    field: 'record 1 value',
    ours: 'DATE_INVALID',
    theirs: '1900-01-00T00:00:00Z',
    reason: INVALID,
  },
  { file: 'siemens_water', field: 'record 3 value', ours: 'DATE_NOT_SET', theirs: '2000-00-00', reason: NOT_SET },
  { file: 'siemens_wfh21', field: 'record 3 value', ours: 'DATE_NOT_SET', theirs: '2000-00-00', reason: NOT_SET },
  { file: 'manual_frame2', field: 'record 1 storage', ours: '1', theirs: '0', reason: HISTORIC },
  { file: 'manual_frame2', field: 'record 1 unit', ours: 'm^3', theirs: 'reserved but historic', reason: HISTORIC },
  { file: 'manual_frame2', field: 'record 1 value', ours: '0.135', theirs: '135', reason: HISTORIC },
  { file: 'siemens_rvd235', field: 'record 3 unit', ours: '', theirs: 'Reserved', reason: RESERVED },
  { file: 'siemens_rvd235', field: 'record 4 unit', ours: '', theirs: 'Reserved', reason: RESERVED },
  { file: 'siemens_rvd235', field: 'record 5 unit', ours: '', theirs: 'Reserved', reason: RESERVED },
];
