/** The names that Flux texts use, and the Flux texts of a dashboard in JSON. */

interface WithFlux {
  readonly panels: readonly { readonly targets?: readonly { readonly query: string }[] }[];
  readonly templating: { readonly list: readonly { readonly type: string; readonly query: unknown }[] };
  readonly annotations?: { readonly list: readonly { readonly target: { readonly query: string } }[] };
}

export function everyFlux(page: WithFlux): string[] {
  return [
    ...page.panels.flatMap(({ targets = [] }) => targets.map(({ query }) => query)),
    ...page.templating.list.filter(({ type }) => type === 'query').map(({ query }) => String(query)),
    ...(page.annotations?.list ?? []).map(({ target }) => target.query),
  ];
}

export function measurementsOf(flux: string): string[] {
  return [...new Set([...flux.matchAll(/r\._measurement == "(\w+)"/g)].map(([, name]) => name!))];
}

export function fieldsOf(flux: string): string[] {
  return [...new Set([...flux.matchAll(/r\._field == "(\w+)"/g)].map(([, name]) => name!))];
}
