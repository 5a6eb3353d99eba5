/** One request to InfluxDB's administration API (JSON in, JSON out), with errors that name the route and never the token. */

export interface InfluxConnection {
  readonly url: string;
  readonly org: string;
  readonly token: string;
}

/** InfluxDB said no. `status` is HTTP's; 404 on a list means that nothing has that name. */
export class InfluxRequestError extends Error {
  override readonly name = 'InfluxRequestError';
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

const timeoutMs = 10_000;

/**
 * The answer's body; undefined where a GET finds nothing (404) or the answer has no body.
 * @throws InfluxRequestError on another status, TypeError when the server cannot be reached
 */
export async function influxRequest<T>(
  connection: InfluxConnection,
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE',
  route: string,
  body?: object,
): Promise<T | undefined> {
  const answer = await fetch(new URL(route, connection.url), {
    method,
    headers: { authorization: `Token ${connection.token}`, 'content-type': 'application/json' },
    signal: AbortSignal.timeout(timeoutMs),
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (method === 'GET' && answer.status === 404) return undefined;
  if (!answer.ok) {
    throw new InfluxRequestError(answer.status, `InfluxDB answered ${answer.status} to ${method} ${route}: ${text}`);
  }
  return text === '' ? undefined : (JSON.parse(text) as T);
}

/** The organisation's id. @throws InfluxRequestError 404 when the token sees no such organisation */
export async function organisationId(connection: InfluxConnection): Promise<string> {
  const query = new URLSearchParams({ org: connection.org });
  const answer = await influxRequest<{ orgs: { id: string }[] }>(connection, 'GET', `/api/v2/orgs?${query}`);
  const id = answer?.orgs[0]?.id;
  if (id === undefined) throw new InfluxRequestError(404, `InfluxDB has no organisation ${connection.org}`);
  return id;
}
