/** The seed's five routes and two more, as a table: path, parameters, what they need the right to see, and the answer. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Need } from '../access/scope.ts';
import { charges, chargesAnswer } from '../answers/charges.ts';
import type { AnswerContext } from '../answers/context.ts';
import { dailyAnalysis, dailyAnalysisAnswer } from '../answers/daily-analysis.ts';
import { dashboard, dashboardAnswer } from '../answers/dashboard.ts';
import { meteredLot } from '../answers/lots.ts';
import { maintenance, maintenanceAnswer } from '../answers/maintenance.ts';
import { tenantReport, tenantReportAnswer } from '../answers/tenant-report.ts';
import type { Admission } from '../http/gate.ts';
import { response } from '../http/openapi.ts';
import {
  buildingParameter,
  dateParameter,
  daysParameter,
  lotParameter,
  periodParameter,
  readParameters,
} from '../http/parameters.ts';
import { problemAnswer, unknownLot } from '../http/problem.ts';
import { sendBody } from '../http/send.ts';
import type { RouteTools } from './tools.ts';

interface AnswerRoute<S extends z.ZodType> {
  readonly path: string;
  readonly summary: string;
  readonly need: Need;
  readonly parameters: S;
  readonly answer: z.ZodType;
  /** The lot that the parameters name. */
  readonly lot?: (parameters: z.output<S>) => number;
  readonly make: (context: AnswerContext, parameters: z.output<S>, admission: Admission) => Promise<unknown>;
}

export function registerAnswers(app: FastifyInstance, tools: RouteTools): void {
  register(app, tools, {
    path: '/api/immeuble/analyse-quotidienne',
    summary: 'Analyse quotidienne des N derniers jours',
    need: 'building',
    parameters: z.strictObject({ days: daysParameter(1), date: dateParameter, immeuble: buildingParameter }),
    answer: dailyAnalysisAnswer,
    make: (context, { days, date }) => dailyAnalysis(context, { days, date }),
  });
  register(app, tools, {
    path: '/api/immeuble/repartition-charges',
    summary: 'Répartition des consommations et des charges d’une période',
    need: 'building',
    parameters: z.strictObject({ periode: periodParameter, date: dateParameter, immeuble: buildingParameter }),
    answer: chargesAnswer,
    make: (context, { periode, date }) => charges(context, { period: periode, date }),
  });
  register(app, tools, {
    path: '/api/immeuble/tableau-bord-syndic',
    summary: 'Tableau de bord du syndic',
    need: 'building',
    parameters: z.strictObject({ immeuble: buildingParameter }),
    answer: dashboardAnswer,
    make: (context) => dashboard(context),
  });
  register(app, tools, {
    path: '/api/immeuble/rapports-locataires',
    summary: 'Rapport d’un lot sur les N derniers jours',
    need: 'lot',
    parameters: z.strictObject({
      locataire: lotParameter,
      days: daysParameter(30),
      date: dateParameter,
      immeuble: buildingParameter,
    }),
    answer: tenantReportAnswer,
    lot: ({ locataire }) => locataire,
    make(context, { locataire, days, date }, { since }) {
      const lot = meteredLot(context.building, locataire);
      if (!lot) throw unknownLot('locataire');
      return tenantReport(context, { lot, days, date, since });
    },
  });
  register(app, tools, {
    path: '/api/immeuble/maintenance',
    summary: 'État des compteurs et des bus',
    need: 'states',
    parameters: z.strictObject({ immeuble: buildingParameter }),
    answer: maintenanceAnswer,
    make: (context) => maintenance(context),
  });
}

function register<S extends z.ZodType<{ immeuble?: string | undefined }>>(
  app: FastifyInstance,
  { gate, cache, contextOf }: RouteTools,
  route: AnswerRoute<S>,
): void {
  app.get(
    route.path,
    {
      schema: {
        summary: route.summary,
        querystring: route.parameters,
        security: [{ bearer: [] }],
        response: { 200: response('La réponse', route.answer), ...problemResponses },
      },
    },
    async (request, reply) => {
      const principal = gate.authenticate(request);
      const parameters = readParameters(route.parameters, request.query);
      const lot = route.lot?.(parameters);
      const admission = gate.admit(request, principal, {
        need: route.need,
        building: parameters.immeuble,
        lot,
        lotParameter: 'locataire',
      });
      const id = admission.building.id;
      const key = JSON.stringify([route.path, id, { ...parameters, immeuble: id }, admission.since ?? null]);
      const body = await cache.get(key, id, async () => ({
        type: 'application/json; charset=utf-8',
        text: JSON.stringify(await route.make(contextOf(admission), parameters, admission)),
      }));
      return sendBody(request, reply, body);
    },
  );
}

/** What every protected route may answer beside 200. */
export const problemResponses: Readonly<Record<number, object>> = {
  304: response('Inchangé depuis la dernière réponse'),
  ...Object.fromEntries(
    [
      [400, 'Un paramètre est incorrect; il est nommé'],
      [401, 'Jeton absent, inconnu ou expiré'],
      [403, 'Hors de la portée du jeton'],
      [404, 'Immeuble ou lot inconnu'],
      [429, 'Trop de requêtes'],
      [503, 'Réponse non établie à temps'],
    ].map(([status, description]) => [
      status,
      response(description as string, problemAnswer, 'application/problem+json'),
    ]),
  ),
};
