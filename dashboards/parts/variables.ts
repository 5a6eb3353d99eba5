/** The selectors at a dashboard's head: data source, building, lot, billing period. */
import {
  CustomVariableBuilder,
  DatasourceVariableBuilder,
  QueryVariableBuilder,
  VariableHide,
  VariableRefresh,
  VariableSort,
} from '@grafana/grafana-foundation-sdk/dashboard';
import { buildings, periodStarts, tenantMeters } from '../flux/variables.ts';
import { chosenSource } from './flux-query.ts';

export function sourceVariable(): DatasourceVariableBuilder {
  return new DatasourceVariableBuilder('source')
    .label('Source de données')
    .description('La source InfluxDB (Flux) de tous les panneaux.')
    .type('influxdb')
    .hide(VariableHide.HideVariable);
}

function listed(name: string, label: string, description: string, query: string): QueryVariableBuilder {
  return new QueryVariableBuilder(name)
    .label(label)
    .description(description)
    .datasource(chosenSource)
    .query(query)
    .definition(query)
    .refresh(VariableRefresh.OnDashboardLoad);
}

export function buildingVariable(): QueryVariableBuilder {
  return listed('immeuble', 'Immeuble', 'L’immeuble que montre la page.', buildings).sort(
    VariableSort.AlphabeticalCaseInsensitiveAsc,
  );
}

export function buildingsVariable(): QueryVariableBuilder {
  return listed('immeubles', 'Immeubles', 'Les immeubles comparés.', buildings)
    .sort(VariableSort.AlphabeticalCaseInsensitiveAsc)
    .multi(true)
    .includeAll(true)
    .allValue('.*')
    .current({ selected: true, text: ['Tous'], value: ['$__all'] });
}

export function meterVariable(): QueryVariableBuilder {
  return listed('compteur', 'Compteur', 'Le compteur du lot, jamais un nom.', tenantMeters).sort(
    VariableSort.AlphabeticalCaseInsensitiveAsc,
  );
}

export function periodVariable(): CustomVariableBuilder {
  return new CustomVariableBuilder('periode')
    .label('Période')
    .description('Mois, trimestre ou année civile.')
    .values('Mois : month, Trimestre : quarter, Année : year')
    .options([
      { selected: true, text: 'Mois', value: 'month' },
      { selected: false, text: 'Trimestre', value: 'quarter' },
      { selected: false, text: 'Année', value: 'year' },
    ])
    .current({ selected: true, text: 'Mois', value: 'month' });
}

/** The newest first, as the query gives them. */
export function periodStartVariable(): QueryVariableBuilder {
  return listed('debut', 'Début', 'Le premier jour de la période.', periodStarts).sort(VariableSort.Disabled);
}
