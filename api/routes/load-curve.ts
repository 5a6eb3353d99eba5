/**
 * `GET /api/immeuble/courbe-de-charge`: the powers of a day in 10-minute steps, of the general meter, or of a lot for its own tenant, and
 * for others where all who lived there that day consent.
 */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { generalMeter } from '../../domain/building.ts';
import { curveConsent } from '../access/scope.ts';
import { daysBack } from '../answers/context.ts';
import { type LoadCurveAnswer, loadCurve, loadCurveAnswer } from '../answers/load-curve.ts';
import { meteredLot } from '../answers/lots.ts';
import type { Admission } from '../http/gate.ts';
import { response } from '../http/openapi.ts';
import { buildingParameter, dateParameter, lotParameter, readParameters } from '../http/parameters.ts';
import { forbidden } from '../http/problem.ts';
import { sendBody } from '../http/send.ts';
import { problemResponses } from './answers.ts';
import type { RouteTools } from './tools.ts';

const path = '/api/immeuble/courbe-de-charge';
const parameterSchema = z.strictObject({
  locataire: lotParameter.optional(),
  date: dateParameter,
  immeuble: buildingParameter,
});

export function registerLoadCurve(app: FastifyInstance, { gate, cache, contextOf }: RouteTools): void {
  app.get(
    path,
    {
      schema: {
        summary: 'Courbe de charge d’un jour, par pas de dix minutes',
        querystring: parameterSchema,
        security: [{ bearer: [] }],
        response: { 200: response('La courbe', loadCurveAnswer), ...problemResponses },
      },
    },
    async (request, reply) => {
      const principal = gate.authenticate(request);
      const { locataire, date, immeuble } = readParameters(parameterSchema, request.query);
      const admission = gate.admit(request, principal, {
        need: locataire === undefined ? 'building' : 'curve',
        building: immeuble,
        lot: locataire,
        lotParameter: 'locataire',
      });
      const context = contextOf(admission);
      const [day] = daysBack(context, 1, date) as [ReturnType<typeof daysBack>[number]];
      if (locataire !== undefined && !mayShowCurve(admission, locataire, day)) throw forbidden();
      const id = admission.building.id;
      const key = JSON.stringify([path, id, day.date, locataire ?? null, admission.since ?? null]);
      const body = await cache.get(key, id, async () => ({
        type: 'application/json; charset=utf-8',
        text: JSON.stringify(await curveOf()),
      }));
      return sendBody(request, reply, body);

      function curveOf(): Promise<LoadCurveAnswer> {
        const { building } = admission;
        const general = generalMeter(building);
        const meters =
          locataire === undefined ? (general ? [general] : []) : (meteredLot(building, locataire)?.meters ?? []);
        return loadCurve(context, { meters, lot: locataire ?? null, date: day.date, since: admission.since });
      }
    },
  );
}

/** Tenants see their own curve; others with the consent of all who lived there on the day. */
export function mayShowCurve(
  { building, principal }: Pick<Admission, 'building' | 'principal'>,
  lot: number,
  day: { readonly start: number; readonly end: number },
): boolean {
  if (principal.role === 'locataire') return true;
  return curveConsent(
    building.lots.find((candidate) => candidate.number === lot),
    day.start,
    day.end,
  );
}
