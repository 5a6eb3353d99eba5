/**
 * Local time in Flux: the zone option and the starts of local days and months before the end of the shown range.
 *
 * `date.truncate` follows the option `location`; a day back from local midnight is 12 h back and truncated again, which lands on
 * the day before whether it has 23, 24 or 25 hours.
 */
export const timezone = 'Europe/Paris';

export const localImports = ['date', 'timezone'] as const;

export const localZone = `option location = timezone.location(name: "${timezone}")`;

/** The range's end is outside it: at midnight sharp the last day is the one that ends, and no range is empty. */
const lastInstant = 'lastInstant = date.sub(d: 1ns, from: v.timeRangeStop)';

/** Statement that names the start of the local day before the one that holds the end of the range. */
export const startOfYesterday = [
  lastInstant,
  'today = date.truncate(t: lastInstant, unit: 1d)',
  'yesterday = date.truncate(t: date.sub(d: 12h, from: today), unit: 1d)',
].join('\n');

/** Statements that name the starts of the local month that holds the end of the range and of the one before. */
export const startOfMonths = [
  lastInstant,
  'thisMonth = date.truncate(t: lastInstant, unit: 1mo)',
  'lastMonth = date.truncate(t: date.sub(d: 12h, from: thisMonth), unit: 1mo)',
].join('\n');
