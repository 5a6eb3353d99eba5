/** What Grafana does with a Flux text before it sends it: dashboard variables in the browser, then the macros in the server. */
export interface Shown {
  readonly from: number;
  readonly to: number;
  /** Width of the panel in points; Grafana asks for about one a pixel. */
  readonly points?: number;
  readonly variables: Readonly<Record<string, string>>;
}

/** The data source's `timeInterval`: no step is shorter. */
const shortestStepMs = 60_000;

export function asGrafanaSends(flux: string, { from, to, points = 1000, variables }: Shown): string {
  let sent = flux;
  for (const [name, value] of Object.entries(variables)) {
    sent = sent.replaceAll(`\${${name}}`, value).replaceAll(`\${${name}:regex}`, value);
  }
  const step = stepMs(from, to, points);
  return sent
    .replaceAll('v.timeRangeStart', new Date(from).toISOString())
    .replaceAll('v.timeRangeStop', new Date(to).toISOString())
    .replaceAll('v.windowPeriod', `${step}ms`)
    .replaceAll('v.defaultBucket', '"releve_raw"');
}

/** `v.windowPeriod` in ms. */
export function stepMs(from: number, to: number, points = 1000): number {
  return Math.max(shortestStepMs, Math.ceil((to - from) / points / 1000) * 1000);
}
