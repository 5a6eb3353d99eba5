/** Who is asking, what they may see, and the audit line of each access to a lot's data. */
import type { FastifyRequest } from 'fastify';
import type { AuditLog } from '../access/audit.ts';
import { isLocal, presentedToken } from '../access/bearer.ts';
import { type Asked, judge, visibleSince } from '../access/scope.ts';
import { localVisitor, type Principal, type TokenTable } from '../access/tokens.ts';
import type { BuildingDirectory, KnownBuilding } from './buildings.ts';
import { forbidden, notYet, Problem, unknownBuilding, unknownLot } from './problem.ts';

export interface Gate {
  /** Throws the problem 401 where no valid token was presented. */
  authenticate(request: FastifyRequest): Principal;
  /** The building asked for, or the first one of the token. Throws 403 outside the scope, 404 where there is none. */
  admit(request: FastifyRequest, principal: Principal, asked: Wanted): Admission;
}

export interface Wanted extends Omit<Asked, 'building'> {
  readonly building: string | undefined;
  /** Name of the parameter that named the lot. */
  readonly lotParameter?: string | undefined;
}

export interface Admission extends KnownBuilding {
  readonly principal: Principal;
  /** A tenant's data begins with the own stay (epoch ms). */
  readonly since: number | undefined;
}

export function createGate(options: {
  readonly tokens: TokenTable;
  readonly directory: BuildingDirectory;
  readonly openOnLoopback: boolean;
  readonly occupanciesKnown: () => boolean;
  readonly audit: AuditLog;
  readonly now: () => number;
}): Gate {
  const { tokens, directory, openOnLoopback, occupanciesKnown, audit, now } = options;
  return {
    authenticate(request) {
      const token = presentedToken(request.headers);
      if (token === undefined && openOnLoopback && isLocal(request.socket.remoteAddress, request.headers.host))
        return localVisitor;
      const principal = token === undefined ? undefined : tokens.identify(token, now());
      if (principal) return principal;
      throw new Problem(401, token === undefined ? 'Présentez un jeton.' : 'Ce jeton est inconnu ou expiré.', {
        headers: { 'www-authenticate': token === undefined ? 'Bearer' : 'Bearer error="invalid_token"' },
      });
    },
    admit(request, principal, wanted) {
      const id = wanted.building ?? directory.ids().find((known) => principal.buildings?.has(known) ?? true) ?? '';
      const asked: Asked = { need: wanted.need, building: id, lot: wanted.lot };
      const verdict = judge(principal, asked);
      if (wanted.need !== 'states')
        audit({
          at: now(),
          who: principal.id,
          role: principal.role,
          building: id,
          lot: wanted.lot ?? null,
          route: request.routeOptions.url ?? '',
          outcome: verdict,
        });
      if (verdict === 'refused') throw forbidden();
      // What a tenant may see begins with the own stay.
      if (principal.role === 'locataire' && !occupanciesKnown()) throw notYet();
      const known = directory.find(id);
      if (!known) throw unknownBuilding();
      const lot = known.building.lots.find((candidate) => candidate.number === wanted.lot);
      const metered = known.building.meters.some((meter) => meter.role === 'tenant' && meter.lot === wanted.lot);
      if (wanted.lot !== undefined && !metered) throw unknownLot(wanted.lotParameter ?? 'lot');
      return { ...known, principal, since: visibleSince(principal, lot, now()) };
    },
  };
}
