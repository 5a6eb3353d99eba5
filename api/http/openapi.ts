/** The OpenAPI 3.1 document, made from the zod schemas of the routes: JSON Schema 2020-12, which 3.1 uses as it is. */
import type { SwaggerOptions, SwaggerTransform } from '@fastify/swagger';
import type { FastifySchema } from 'fastify';
import { z } from 'zod';

/** `open`: no token is asked for, so the document names none. */
export function openApiOptions(open: boolean): SwaggerOptions {
  return {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'relevé',
        version: '1',
        description:
          "Consommations, anomalies et charges d'un immeuble. Énergies en kWh, puissances en W, instants ISO 8601.",
      },
      ...(open ? {} : { components: { securitySchemes: { bearer: { type: 'http' as const, scheme: 'bearer' } } } }),
    },
    transform: ({ schema, url }) => jsonSchemas(schema, url, open),
  };
}

/** Zod schemas to JSON Schema; parameters with a default are not required. */
function jsonSchemas(schema: FastifySchema | undefined, url: string, open: boolean): ReturnType<SwaggerTransform> {
  if (!schema) return { schema: schema as never, url };
  const converted: Record<string, unknown> = { ...schema };
  for (const part of ['querystring', 'params'] as const) {
    if (schema[part] instanceof z.ZodType) converted[part] = withoutDefaultsRequired(jsonSchema(schema[part]));
  }
  if (open) delete converted.security;
  return { schema: converted as never, url };
}

export function jsonSchema(schema: z.ZodType): Record<string, unknown> {
  const { $schema: _, ...rest } = z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' });
  return rest;
}

/** A response of the document; bodies that are not JSON are plain strings. */
export function response(description: string, schema?: z.ZodType, type = 'application/json') {
  return {
    description,
    ...(schema ? { content: { [type]: { schema: jsonSchema(schema) } } } : { type: 'null' }),
  };
}

function withoutDefaultsRequired(schema: Record<string, unknown>): Record<string, unknown> {
  const properties = (schema.properties ?? {}) as Record<string, { default?: unknown }>;
  const required = ((schema.required ?? []) as string[]).filter((name) => properties[name]?.default === undefined);
  return { ...schema, required };
}
