/**
 * The configuration file `releve.yaml`: one strict schema, unknown keys refused. Keys are snake_case as in the file; `transform.ts` makes the
 * domain's types of it. A secret stands as `${ENV}` or `file:/path`, never in clear.
 */
import { z } from 'zod';
import { isTimezone } from '../calendar.ts';
import { parseHours } from '../prices.ts';
import { parseDuration } from './duration.ts';

export const configVersion = 1;

const id = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/, 'letters, digits, dot, dash, underscore');
const duration = z.string().transform((text, context) => {
  const ms = parseDuration(text);
  if (ms !== null && ms > 0) return ms;
  context.addIssue({ code: 'custom', message: `"${text}" is not a duration such as 60s, 15m, 48h, 10d` });
  return z.NEVER;
});
/** A local date or an instant with offset; resolved in the building's zone. */
const instant = z
  .string()
  .regex(
    /^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2}))?$/,
    'a date YYYY-MM-DD, or an instant with offset',
  );
const date = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'a date YYYY-MM-DD');
const secret = z.string().regex(/^(\$\{[A-Z_][A-Z0-9_]*\}|file:.+)$/, 'a secret stands as ${ENV} or file:/path');
const share = z.number().min(0).max(1);
const cents = z.int();

const occupancy = z
  .strictObject({
    from: instant,
    to: instant.optional(),
    occupant: z.string().min(1).optional(),
    vacant: z.literal(true).optional(),
    consent: z.boolean().optional(),
  })
  .refine((stay) => (stay.vacant === true) !== (stay.occupant !== undefined), 'either an occupant or vacant: true');

const lot = z.strictObject({
  number: z.int().min(1),
  owner: z.string().min(1).optional(),
  tantiemes: z.record(z.string(), z.int().min(0)).default({}),
  occupancy: z.array(occupancy).default([]),
  overconsumption_kwh: z.number().positive().optional(),
});

const source = z
  .strictObject({
    bus: id,
    primary: z.int().min(0).max(250).optional(),
    secondary: z
      .string()
      .regex(/^[0-9A-Fa-f]{8}([0-9A-Fa-f]{8})?$/, '8 or 16 hex digits')
      .optional(),
    profile: z.string().optional(),
    key: secret.optional(),
    authentication_key: secret.optional(),
  })
  .refine((s) => s.primary === undefined || s.secondary === undefined, 'either primary or secondary, not both');

const meter = z.strictObject({
  id,
  role: z.enum(['general', 'tenant', 'common']),
  lot: z.int().min(1).optional(),
  serial: z.string().optional(),
  source: source.optional(),
  multiplier: z.number().positive().default(1),
  register_limit_wh: z.int().positive().optional(),
  max_power_w: z.number().positive().optional(),
  installed_at: instant.optional(),
});

const thresholds = z.strictObject({
  classes_kwh: z
    .tuple([z.number(), z.number(), z.number()])
    .refine(([faible, moyen, eleve]) => faible < moyen && moyen < eleve, 'the limits of the classes rise')
    .default([5, 10, 15]),
  leak_ratio: share.default(0.95),
  incoherence_ratio: z.number().min(1).default(1.02),
  power_ratio: z.number().positive().default(0.9),
  night_floor_rise_w: z.number().positive().default(200),
  overconsumption_kwh: z.number().positive().default(15),
  overconsumption_median_factor: z.number().positive().optional(),
  coefficient_of_variation: z.number().positive().default(0.3),
  bus_failure_share: share.default(0.05),
  silent_intervals: z.number().positive().default(3),
  frozen_after: duration.prefault('2h'),
  night_floor_share: share.default(0.2),
});

const hours = z.string().refine((text) => parseHours(text) !== null, 'hours such as 22:00-06:00');
const slotName = z.string().regex(/^[a-z][a-z0-9_]*$/, 'a short lower-case name such as hp, hc, base');
const slot = z.strictObject({
  name: slotName,
  cents_per_kwh: z.number().min(0),
  hours: z.array(hours).min(1).default(['00:00-24:00']),
});
const tariff = z.strictObject({
  from: instant,
  slots: z.array(slot).min(1),
  standing_charge_cents: cents.default(0),
  taxes_cents: cents.default(0),
});
const invoice = z.strictObject({
  period: z.enum(['month', 'quarter', 'year', 'mois', 'trimestre', 'annee']),
  date,
  energy_cents: z.union([cents, z.record(slotName, cents)]),
  standing_charge_cents: cents.default(0),
  taxes_cents: cents.default(0),
});
const charges = z.strictObject({
  mode: z.enum(['repartition', 'information']).default('information'),
  common_key: z.string().default('prorata'),
  close_after: duration.prefault('10d'),
});

const event = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('replacement'),
    at: instant,
    meter: id,
    final_index_wh: z.int().min(0).optional(),
    initial_index_wh: z.int().min(0).optional(),
    serial: z.string().optional(),
  }),
  z.strictObject({ type: z.literal('multiplier'), at: instant, meter: id, multiplier: z.number().positive() }),
  z.strictObject({
    type: z.literal('move-in'),
    at: instant,
    lot: z.int(),
    occupant: z.string(),
    consent: z.boolean().optional(),
  }),
  z.strictObject({ type: z.literal('move-out'), at: instant, lot: z.int() }),
  z.strictObject({ type: z.literal('vacancy'), at: instant, lot: z.int() }),
  z.strictObject({
    type: z.literal('tariff'),
    at: instant,
    slots: z.array(slot).min(1),
    standing_charge_cents: cents.default(0),
    taxes_cents: cents.default(0),
  }),
]);

const contact = z.strictObject({
  role: z.enum(['locataire', 'syndic', 'maintenance']),
  lot: z.int().optional(),
  occupant: z.string().min(1).optional(),
  name: z.string().optional(),
  email: z.email().optional(),
  webhook: z.strictObject({ url: z.url({ protocol: /^https?$/ }), secret }).optional(),
  subscribed: z.boolean().default(true),
});

const building = z.strictObject({
  id,
  name: z.string().optional(),
  address: z.string().default(''),
  syndic: z.string().default(''),
  timezone: z.string().refine(isTimezone, 'not an IANA time zone').default('Europe/Paris'),
  contracted_power_kva: z.number().positive().default(36),
  cos_phi: z.number().positive().max(1).default(1),
  expected_common_share: share.default(0),
  common_floor_w: z.number().min(0).optional(),
  interval: duration.prefault('60s'),
  max_gap: duration.prefault('2h'),
  lateness: duration.prefault('48h'),
  lots: z.array(lot).default([]),
  meters: z.array(meter).min(1),
  thresholds: thresholds.prefault({}),
  tariffs: z.array(tariff).default([]),
  invoices: z.array(invoice).default([]),
  charges: charges.prefault({}),
  events: z.array(event).default([]),
  contacts: z.array(contact).default([]),
});

const bus = z.strictObject({
  id,
  building: id.optional(),
  driver: z.enum(['mbus', 'dlms']).default('mbus'),
  serial: z
    .strictObject({
      path: z.string(),
      baud: z.int().min(300).max(38400).default(2400),
      parity: z.enum(['none', 'even', 'odd']).default('even'),
    })
    .optional(),
  tcp: z.strictObject({ host: z.string(), port: z.int().min(1).max(65535) }).optional(),
  replay: z.strictObject({ path: z.string() }).optional(),
  interval: duration.prefault('60s'),
  timeout: duration.prefault('1s'),
  retries: z.int().min(0).max(2).default(2),
});

const tls = z.strictObject({ ca: z.string().optional(), cert: z.string().optional(), key: z.string().optional() });

const kafka = z.strictObject({
  brokers: z.array(z.string()).min(1),
  prefix: z.string().default('releve'),
  partitions: z.int().min(1).default(8),
  replication: z.int().min(1).default(1),
  tls: z.union([z.boolean(), tls]).optional(),
  sasl: z
    .strictObject({
      mechanism: z.enum(['plain', 'scram-sha-256', 'scram-sha-512']),
      username: z.string(),
      password: secret,
    })
    .optional(),
});

const influx = z.strictObject({
  url: z.url(),
  organisation: z.string().default('releve'),
  token: secret,
  ca: z.string().optional(),
  timeout: duration.prefault('10s'),
});

const token = z.strictObject({
  role: z.enum(['syndic', 'maintenance', 'locataire']),
  buildings: z.array(id).default([]),
  lot: z.int().optional(),
  /** `sha256:…` of the token. */
  hash: z.string().regex(/^sha256:[0-9a-f]{64}$/, 'sha256: and 64 hex digits'),
  expires_at: z.iso.datetime({ offset: true }).optional(),
});
const api = z.strictObject({
  host: z.string().default('127.0.0.1'),
  port: z.int().min(0).max(65535).default(8080),
  tokens: z.array(token).default([]),
  public_url: z.url().optional(),
  trusted_proxies: z
    .array(z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()], 'not an address or a network'))
    .default([]),
});

const notifications = z.strictObject({
  smtp: z
    .strictObject({
      host: z.string(),
      port: z.int(),
      secure: z.boolean().default(false),
      user: z.string().optional(),
      password: secret.optional(),
      from: z.string(),
    })
    .optional(),
  quiet_hours: hours.optional(),
  digest_at: z
    .string()
    .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'a time such as 18:00')
    .optional(),
  /** Critical anomalies are told in quiet hours too. */
  critical_passes: z.boolean().default(true),
  max_age: duration.prefault('7d'),
  unsubscribe_secret: secret.optional(),
});

export const configSchema = z.strictObject({
  version: z.literal(configVersion),
  buildings: z.array(building).default([]),
  buses: z.array(bus).default([]),
  kafka: kafka.optional(),
  influx: influx.optional(),
  api: api.prefault({}),
  notifications: notifications.prefault({}),
  data_dir: z.string().optional(),
});

export type ConfigFile = z.output<typeof configSchema>;
export type BuildingFile = ConfigFile['buildings'][number];
export type BusFile = ConfigFile['buses'][number];
