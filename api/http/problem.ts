/**
 * Problems (RFC 9457, `application/problem+json`): what went wrong in French for people, and the parameters it comes from for programs.
 * Thrown by handlers and hooks, written by the one error handler.
 */
import { z } from 'zod';

export const problemAnswer = z.object({
  type: z.string(),
  title: z.string(),
  status: z.int(),
  detail: z.string(),
  instance: z.string().optional(),
  parametres: z.array(z.object({ nom: z.string(), raison: z.string() })).optional(),
});
export type ProblemAnswer = z.infer<typeof problemAnswer>;

export interface BadParameter {
  readonly nom: string;
  readonly raison: string;
}

export class Problem extends Error {
  readonly statusCode: number;
  readonly parameters: readonly BadParameter[];
  readonly headers: Readonly<Record<string, string>>;

  constructor(
    statusCode: number,
    detail: string,
    options: {
      parameters?: readonly BadParameter[];
      headers?: Readonly<Record<string, string>>;
      cause?: unknown;
    } = {},
  ) {
    super(detail, { cause: options.cause });
    this.name = 'Problem';
    this.statusCode = statusCode;
    this.parameters = options.parameters ?? [];
    this.headers = options.headers ?? {};
  }
}

export const problemType = 'application/problem+json; charset=utf-8';

export function problemBody(problem: Problem, instance: string): ProblemAnswer {
  return {
    type: 'about:blank',
    title: titles[problem.statusCode] ?? 'Erreur',
    status: problem.statusCode,
    detail: problem.message,
    instance,
    ...(problem.parameters.length > 0 ? { parametres: [...problem.parameters] } : {}),
  };
}

/** Whatever was thrown, as a problem that gives nothing of the inside away. */
export function toProblem(error: unknown): Problem {
  if (error instanceof Problem) return error;
  const status = statusOf(error);
  return new Problem(status, details[status] ?? details[status < 500 ? 400 : 500] ?? '');
}

export function unknownBuilding(): Problem {
  return new Problem(404, 'Aucun immeuble ne porte cet identifiant.', {
    parameters: [{ nom: 'immeuble', raison: 'inconnu' }],
  });
}

export function unknownLot(parameter: string): Problem {
  return new Problem(404, 'Aucun lot ne porte ce numéro dans cet immeuble.', {
    parameters: [{ nom: parameter, raison: 'inconnu' }],
  });
}

export function forbidden(): Problem {
  return new Problem(403, 'Ce jeton ne donne pas accès à ces données.');
}

export function notYet(): Problem {
  return new Problem(503, 'Le service démarre : réessayez dans un instant.', { headers: { 'retry-after': '10' } });
}

function statusOf(error: unknown): number {
  const status = (error as { statusCode?: unknown } | null)?.statusCode;
  return typeof status === 'number' && status >= 400 && status <= 599 ? status : 500;
}

const titles: Readonly<Record<number, string>> = {
  400: 'Paramètre incorrect',
  401: 'Identification nécessaire',
  403: 'Accès refusé',
  404: 'Introuvable',
  405: 'Méthode non permise',
  413: 'Requête trop grande',
  415: 'Type de contenu non pris en charge',
  429: 'Trop de requêtes',
  500: 'Erreur interne',
  503: 'Service indisponible',
};

const details: Readonly<Record<number, string>> = {
  400: 'La requête est mal formée.',
  404: "Cette adresse n'existe pas.",
  413: 'Le corps de la requête dépasse la limite.',
  415: "Ce type de contenu n'est pas accepté ici.",
  429: 'Trop de requêtes : réessayez dans un instant.',
  500: "La réponse n'a pas pu être établie.",
  503: "La réponse n'a pas pu être établie à temps.",
};
