/** What the dashboards' selectors list: one string column `_value`. They look at all that is stored, whatever the shown range. */
import { periodStarts } from './charges.ts';
import { chosenBuilding, everRange, pipe, query } from './select.ts';

function tagValues(tag: string, ...conditions: readonly string[]): string {
  return query(
    ['influxdata/influxdb/schema'],
    pipe(
      `schema.tagValues(bucket: "releve_daily", tag: "${tag}", predicate: (r) => ${conditions.join(' and ')}, ${everRange})`,
      'sort()',
    ),
  );
}

export const buildings = tagValues('building', 'r._measurement == "building_day"');
export const tenantMeters = tagValues('meter', 'r._measurement == "meter_day"', 'r.role == "tenant"', chosenBuilding);
export { periodStarts };
