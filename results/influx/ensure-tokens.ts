/**
 * Least-privilege tokens of InfluxDB: `sink` writes the three buckets and reads none, `grafana` and `api` read them and
 * write none. Found again by their description (`releve sink`), so that a second run gives the same ones; one whose
 * rights differ is replaced.
 */
import { type InfluxConnection, influxRequest, organisationId } from './admin-request.ts';
import { storedBuckets } from './ensure-buckets.ts';

export type TokenHolder = 'sink' | 'grafana' | 'api';

interface Permission {
  readonly action: 'read' | 'write';
  readonly resource: { readonly type: string; readonly id?: string };
}

interface Authorization {
  readonly id: string;
  readonly description: string;
  readonly status: string;
  readonly token?: string;
  readonly permissions: readonly Permission[];
}

const actions: Readonly<Record<TokenHolder, 'read' | 'write'>> = { sink: 'write', grafana: 'read', api: 'read' };

/**
 * A token a holder. The buckets exist; the connection's token may read and write authorizations (an operator's).
 * @throws InfluxRequestError
 */
export async function ensureTokens(connection: InfluxConnection): Promise<Readonly<Record<TokenHolder, string>>> {
  const [orgID, stored] = await Promise.all([organisationId(connection), storedBuckets(connection)]);
  const identifiers = [...stored.values()].map((bucket) => bucket.id);
  const query = new URLSearchParams({ orgID });
  const listed = await influxRequest<{ authorizations: Authorization[] }>(
    connection,
    'GET',
    `/api/v2/authorizations?${query}`,
  );
  const ensure = async (holder: TokenHolder): Promise<string> => {
    const description = `releve ${holder}`;
    const permissions = identifiers.map(
      (id): Permission => ({ action: actions[holder], resource: { type: 'buckets', id } }),
    );
    const former = (listed?.authorizations ?? []).filter((authorization) => authorization.description === description);
    const good = former.find(
      (authorization) => authorization.token !== undefined && isSame(authorization, permissions),
    );
    for (const { id } of former.filter((authorization) => authorization !== good)) {
      await influxRequest(connection, 'DELETE', `/api/v2/authorizations/${id}`);
    }
    if (good?.token !== undefined) return good.token;
    const body = {
      orgID,
      description,
      permissions: permissions.map(({ action, resource }) => ({ action, resource: { ...resource, orgID } })),
    };
    const made = await influxRequest<{ token: string }>(connection, 'POST', '/api/v2/authorizations', body);
    return made!.token;
  };
  return { sink: await ensure('sink'), grafana: await ensure('grafana'), api: await ensure('api') };
}

function isSame(authorization: Authorization, permissions: readonly Permission[]): boolean {
  const text = (list: readonly Permission[]): string =>
    list
      .map(({ action, resource }) => `${action} ${resource.type} ${resource.id ?? '*'}`)
      .sort()
      .join();
  return authorization.status === 'active' && text(authorization.permissions) === text(permissions);
}
