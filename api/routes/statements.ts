/** `GET /api/immeuble/releves-de-charges`: the statements of a period as JSON, CSV or a printable page, by `format` or Accept. */
import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { type StatementsAnswer, statements, statementsAnswer } from '../answers/statement.ts';
import type { Body } from '../http/answer-cache.ts';
import { jsonSchema } from '../http/openapi.ts';
import {
  buildingParameter,
  dateParameter,
  formatParameter,
  lotParameter,
  periodParameter,
  readParameters,
} from '../http/parameters.ts';
import { sendBody } from '../http/send.ts';
import { statementPage } from '../page/statement.ts';
import { statementCsv } from '../page/statement-csv.ts';
import { problemResponses } from './answers.ts';
import type { RouteTools } from './tools.ts';

const path = '/api/immeuble/releves-de-charges';
const parameterSchema = z.strictObject({
  periode: periodParameter,
  date: dateParameter,
  lot: lotParameter.optional(),
  format: formatParameter,
  immeuble: buildingParameter,
});
type Format = 'json' | 'csv' | 'html';

export function registerStatements(app: FastifyInstance, { gate, cache, contextOf }: RouteTools): void {
  app.get(
    path,
    {
      schema: {
        summary: 'Relevés de charges d’une période',
        querystring: parameterSchema,
        security: [{ bearer: [] }],
        response: {
          200: {
            description: 'Les relevés',
            content: {
              'application/json': { schema: jsonSchema(statementsAnswer) },
              'text/csv': { schema: { type: 'string' } },
              'text/html': { schema: { type: 'string' } },
            },
          },
          ...problemResponses,
        },
      },
    },
    async (request, reply) => {
      const principal = gate.authenticate(request);
      const { periode, date, lot, format, immeuble } = readParameters(parameterSchema, request.query);
      const admission = gate.admit(request, principal, {
        need: lot === undefined ? 'building' : 'lot',
        building: immeuble,
        lot,
        lotParameter: 'lot',
      });
      const wanted = format ?? acceptedFormat(request.headers.accept);
      const { since } = admission;
      const id = admission.building.id;
      const tenant = principal.role === 'locataire';
      const key = JSON.stringify([path, id, periode, date ?? null, lot ?? null, wanted, since ?? null, tenant]);
      const body = await cache.get(key, id, async () =>
        written(await statements(contextOf(admission), { period: periode, date, lot, since, tenant }), wanted),
      );
      if (wanted === 'csv')
        reply.header('content-disposition', `attachment; filename="releve-${periode}-${date ?? 'courant'}.csv"`);
      return sendBody(request, reply, body);
    },
  );
}

function written(answer: StatementsAnswer, format: Format): Body {
  switch (format) {
    case 'json':
      return { type: 'application/json; charset=utf-8', text: JSON.stringify(answer) };
    case 'csv':
      return { type: 'text/csv; charset=utf-8', text: statementCsv(answer) };
    case 'html':
      return { type: 'text/html; charset=utf-8', text: statementPage(answer) };
  }
}

/** The first of the three that the header names; JSON for everybody else. */
function acceptedFormat(accept: string | undefined): Format {
  for (const range of (accept ?? '').split(',')) {
    const type = range.split(';')[0]?.trim().toLowerCase();
    if (type === 'text/html') return 'html';
    if (type === 'text/csv') return 'csv';
    if (type === 'application/json') return 'json';
  }
  return 'json';
}
