/** The query parameters of the routes: what they accept, what the OpenAPI document says of them, and what is answered where they are wrong. */
import { z } from 'zod';
import { type BadParameter, Problem } from './problem.ts';

/** Decimal digits only: `1e2`, ` 3` and `0x1` are no integers here. */
function integer(minimum: number, maximum: number) {
  return z.preprocess(
    (value) => (typeof value === 'string' && /^\d{1,9}$/.test(value) ? Number(value) : value),
    z
      .int(`un entier de ${minimum} à ${maximum}`)
      .min(minimum, `un entier de ${minimum} à ${maximum}`)
      .max(maximum, `un entier de ${minimum} à ${maximum}`),
  );
}

export const buildingParameter = z.string().min(1, 'un identifiant').max(100, 'un identifiant').optional();
/** A date of this century or the next: stores know no others. */
export const dateParameter = z.iso
  .date('une date AAAA-MM-JJ')
  .regex(/^2[01]\d\d-\d\d-\d\d$/, 'une date AAAA-MM-JJ de 2000 à 2199')
  .optional();
export const daysParameter = (byDefault: number) => integer(1, 366).default(byDefault);
export const lotParameter = integer(0, 999_999);
export const periodParameter = z.enum(['mois', 'trimestre', 'annee'], 'mois, trimestre ou annee').default('mois');
export const formatParameter = z.enum(['json', 'csv', 'html'], 'json, csv ou html').optional();

/** Checks a query; throws the problem 400 that names every wrong parameter. */
export function readParameters<S extends z.ZodType>(schema: S, query: unknown): z.output<S> {
  const parsed = schema.safeParse(query);
  if (parsed.success) return parsed.data;
  const found = parsed.error.issues.flatMap((issue) => badParameters(issue, query));
  const wrong = found.filter(({ nom }, index) => found.findIndex((other) => other.nom === nom) === index);
  throw new Problem(400, wrong.map(({ nom, raison }) => `${nom} : ${raison}`).join(' ; '), { parameters: wrong });
}

function badParameters(issue: z.core.$ZodIssue, query: unknown): BadParameter[] {
  if (issue.code === 'unrecognized_keys') return issue.keys.map((nom) => ({ nom, raison: 'paramètre inconnu' }));
  const nom = String(issue.path[0] ?? '');
  const present = typeof query === 'object' && query !== null && nom in query;
  return [{ nom, raison: present ? `attendu : ${issue.message}` : 'obligatoire' }];
}
