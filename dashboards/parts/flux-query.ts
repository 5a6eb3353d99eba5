/** A Flux question as a panel's target: the SDK has no package for InfluxDB, this is its documented way of adding one. */
import type { Builder, Dataquery } from '@grafana/grafana-foundation-sdk/cog';
import type { DataSourceRef } from '@grafana/grafana-foundation-sdk/common';

/** The dashboards' data source is a variable, so that one set of files serves any Grafana. */
export const chosenSource: DataSourceRef = { type: 'influxdb', uid: '${source}' };

export interface FluxDataquery extends Dataquery {
  readonly refId: string;
  readonly query: string;
  readonly datasource: DataSourceRef;
}

export class FluxQueryBuilder implements Builder<Dataquery> {
  readonly #query: FluxDataquery;
  constructor(query: string, refId = 'A') {
    // The marker method is dropped by JSON.
    this.#query = { refId, query, datasource: chosenSource, _implementsDataqueryVariant() {} };
  }
  build(): FluxDataquery {
    return this.#query;
  }
}
