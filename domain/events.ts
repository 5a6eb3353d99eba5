/** Declared events: what people tell the system about meters, lots and prices (configuration, `releve event`, topic `releve.events`). */
import { z } from 'zod';
import { type Outcome, ok, rejected } from './errors.ts';

const instant = z.int();
const base = { v: z.literal(1).default(1), building: z.string().min(1), at: instant };

const schemas = z.discriminatedUnion('type', [
  /** From `at` on another meter (or register) stands there; with indices the break books no energy. */
  z.strictObject({
    ...base,
    type: z.literal('replacement'),
    meter: z.string(),
    finalIndexWh: z.int().min(0).optional(),
    initialIndexWh: z.int().min(0).optional(),
    serial: z.string().optional(),
  }),
  z.strictObject({ ...base, type: z.literal('multiplier'), meter: z.string(), multiplier: z.number().positive() }),
  z.strictObject({
    ...base,
    type: z.literal('move-in'),
    lot: z.int(),
    occupant: z.string().min(1),
    consent: z.boolean().optional(),
  }),
  z.strictObject({ ...base, type: z.literal('move-out'), lot: z.int() }),
  z.strictObject({ ...base, type: z.literal('vacancy'), lot: z.int() }),
  z.strictObject({
    ...base,
    type: z.literal('tariff'),
    slots: z
      .array(
        z.strictObject({
          name: z.string(),
          centsPerKwh: z.number(),
          hours: z.array(z.strictObject({ fromMinute: z.int(), toMinute: z.int() })),
        }),
      )
      .min(1),
    standingChargeCents: z.int().default(0),
    taxesCents: z.int().default(0),
  }),
  /** Closes a billing period: `date` is the local date of its first day. */
  z.strictObject({
    ...base,
    type: z.literal('close'),
    period: z.enum(['month', 'quarter', 'year']),
    date: z.string(),
    by: z.string(),
  }),
  /** Replays the building's stored readings on purpose; the event itself is the audit record. */
  z.strictObject({ ...base, type: z.literal('recompute'), from: instant, to: instant, by: z.string() }),
  /** The trace of a former occupant's data being removed: the stay `[from, to)`, what was removed (`stored` null: the store does not say). */
  z.strictObject({
    ...base,
    type: z.literal('forget'),
    lot: z.int(),
    from: instant,
    to: instant,
    by: z.string(),
    results: z.int(),
    stored: z.int().nullable(),
  }),
  /** Mean outdoor temperature of a local day. */
  z.strictObject({ ...base, type: z.literal('temperature'), date: z.string(), celsius: z.number() }),
]);

export type DeclaredEvent = z.infer<typeof schemas>;
export type DeclaredEventType = DeclaredEvent['type'];

export function parseDeclaredEvent(value: unknown): Outcome<DeclaredEvent> {
  const parsed = schemas.safeParse(value);
  if (parsed.success) return ok(parsed.data);
  return rejected('EVENT_INVALID', {
    problems: parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`),
  });
}

/** Those of the configuration and those of the topic; of one event in both the topic's counts. */
export function mergedEvents(
  configured: readonly DeclaredEvent[],
  declared: readonly DeclaredEvent[],
): readonly DeclaredEvent[] {
  const keys = new Set(declared.map(declaredEventKey));
  return [...configured.filter((event) => !keys.has(declaredEventKey(event))), ...declared];
}

/** What identifies an event in the compacted topic. */
export function declaredEventKey(event: DeclaredEvent): string {
  const subject =
    'meter' in event
      ? event.meter
      : 'lot' in event
        ? `lot-${event.lot}`
        : 'period' in event
          ? `${event.period}-${event.date}`
          : 'building';
  return `${event.building}/${event.type}/${subject}/${event.at}`;
}
