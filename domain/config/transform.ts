/** From the file's keys to the domain's types: instants in the building's zone, limits by default, secrets resolved, references checked. */
import { Temporal } from 'temporal-polyfill';
import type { Building, Lot, Meter, PriceSlot, Tariff } from '../building.ts';
import type { Bus, Endpoint } from '../bus.ts';
import type { DeclaredEvent } from '../events.ts';
import { applyOccupancyEvents } from '../occupancy.ts';
import { parseHours, priceProblems } from '../prices.ts';
import type { PeriodKind } from '../window.ts';
import type { Config } from './config.ts';
import type { BuildingFile, BusFile, ConfigFile } from './schema.ts';

/** Gives the secret that `${ENV}` or `file:` names; throws with the reason where there is none. */
export type SecretResolver = (reference: string) => string;

/** Problems are added as `path: message`; the result is only good where none was added. */
export function transformConfig(file: ConfigFile, resolve: SecretResolver, problems: string[]): Config {
  const secret = (reference: string | undefined, path: string): string | undefined => {
    if (reference === undefined) return undefined;
    try {
      return resolve(reference);
    } catch (error) {
      problems.push(`${path}: ${error instanceof Error ? error.message : String(error)}`);
      return undefined;
    }
  };
  checkUnique(
    file.buildings.map((b) => b.id),
    'buildings',
    problems,
  );
  checkUnique(
    file.buses.map((b) => b.id),
    'buses',
    problems,
  );
  const buildings = file.buildings.map((b, i) => transformBuilding(b, `buildings.${i}`, file.buses, secret, problems));
  const buses = file.buses.map((b, i) => transformBus(b, `buses.${i}`, file.buildings, problems));
  const { kafka, influx, api, notifications } = file;
  checkNotificationTimes(notifications, problems);
  checkTokens(api.tokens, file.buildings, problems);
  return {
    buildings,
    buses,
    kafka: kafka && {
      ...kafka,
      sasl: kafka.sasl && { ...kafka.sasl, password: secret(kafka.sasl.password, 'kafka.sasl.password') ?? '' },
    },
    influx: influx && {
      url: influx.url,
      organisation: influx.organisation,
      token: secret(influx.token, 'influx.token') ?? '',
      ca: influx.ca,
      timeoutMs: influx.timeout,
    },
    api: {
      host: api.host,
      port: api.port,
      publicUrl: api.public_url,
      trustedProxies: api.trusted_proxies,
      tokens: api.tokens.map((t) => ({
        role: t.role,
        buildings: t.buildings,
        lot: t.lot,
        hash: t.hash,
        expiresAt: t.expires_at === undefined ? undefined : Date.parse(t.expires_at),
      })),
    },
    notifications: {
      smtp: notifications.smtp && {
        ...notifications.smtp,
        password: secret(notifications.smtp.password, 'notifications.smtp.password'),
      },
      quietHours: notifications.quiet_hours === undefined ? undefined : hoursOf(notifications.quiet_hours),
      digestMinute: notifications.digest_at === undefined ? undefined : parseMinute(notifications.digest_at),
      criticalPasses: notifications.critical_passes,
      maxAgeMs: notifications.max_age,
      unsubscribeSecret: secret(notifications.unsubscribe_secret, 'notifications.unsubscribe_secret'),
    },
    dataDir: file.data_dir,
  };
}

type Secret = (reference: string | undefined, path: string) => string | undefined;

function transformBuilding(
  b: BuildingFile,
  path: string,
  buses: readonly BusFile[],
  secret: Secret,
  problems: string[],
): Building {
  const at = (text: string, where: string): number => instantOf(text, b.timezone, `${path}.${where}`, problems);
  checkUnique(
    b.lots.map((l) => String(l.number)),
    `${path}.lots`,
    problems,
  );
  checkUnique(
    b.meters.map((m) => m.id),
    `${path}.meters`,
    problems,
  );
  const events = b.events.map((e, i) => transformEvent(b, e, at(e.at, `events.${i}.at`)));
  const lots = applyOccupancyEvents(
    b.lots.map(
      (l, i): Lot => ({
        number: l.number,
        owner: l.owner ?? `P${String(l.number).padStart(2, '0')}`,
        tantiemes: l.tantiemes,
        overconsumptionKwh: l.overconsumption_kwh,
        occupancy: l.occupancy
          .map((o, j) => ({
            from: at(o.from, `lots.${i}.occupancy.${j}.from`),
            to: o.to === undefined ? undefined : at(o.to, `lots.${i}.occupancy.${j}.to`),
            occupant: o.occupant ?? null,
            consent: o.consent,
          }))
          .sort((x, y) => x.from - y.from),
      }),
    ),
    events,
  );
  lots.forEach((l, i) => {
    l.occupancy.forEach((stay, j) => {
      const following = l.occupancy[j + 1];
      if (stay.to !== undefined && stay.to <= stay.from)
        problems.push(`${path}.lots.${i}.occupancy: ends before it begins`);
      if (following && (stay.to === undefined || stay.to > following.from))
        problems.push(`${path}.lots.${i}.occupancy: stays overlap`);
    });
  });
  const knownLots = new Set(b.lots.map((l) => l.number));
  const busIds = new Set(buses.map((x) => x.id));
  const meters = b.meters.map((m, i): Meter => {
    const where = `${path}.meters.${i}`;
    if (m.role === 'tenant' && m.lot === undefined) problems.push(`${where}.lot: a tenant meter belongs to a lot`);
    if (m.lot !== undefined && !knownLots.has(m.lot)) problems.push(`${where}.lot: no lot ${m.lot}`);
    if (m.source && !busIds.has(m.source.bus)) problems.push(`${where}.source.bus: no bus "${m.source.bus}"`);
    return {
      id: m.id,
      role: m.role,
      lot: m.lot ?? null,
      serial: m.serial,
      multiplier: m.multiplier,
      registerLimitWh: m.register_limit_wh,
      maxPowerW: m.max_power_w ?? (m.role === 'general' ? 2 * b.contracted_power_kva * 1000 : 36_000),
      installedAt:
        m.installed_at === undefined ? Number.NEGATIVE_INFINITY : at(m.installed_at, `meters.${i}.installed_at`),
      source: m.source && {
        bus: m.source.bus,
        primary: m.source.primary,
        secondary: m.source.secondary,
        profile: m.source.profile,
        key: secret(m.source.key, `${where}.source.key`),
        authenticationKey: secret(m.source.authentication_key, `${where}.source.authentication_key`),
      },
    };
  });
  if (meters.filter((m) => m.role === 'general').length > 1)
    problems.push(`${path}.meters: more than one general meter`);
  for (const [i, e] of b.events.entries()) {
    if ('meter' in e && !meters.some((m) => m.id === e.meter))
      problems.push(`${path}.events.${i}.meter: no meter "${e.meter}"`);
    if ('lot' in e && !knownLots.has(e.lot)) problems.push(`${path}.events.${i}.lot: no lot ${e.lot}`);
  }
  for (const [i, c] of b.contacts.entries()) {
    const where = `${path}.contacts.${i}`;
    if (c.role === 'locataire' && c.lot === undefined) problems.push(`${where}.lot: a tenant has a lot`);
    if (c.role !== 'locataire' && c.lot !== undefined) problems.push(`${where}.lot: only a tenant has a lot`);
    if (c.role !== 'locataire' && c.occupant !== undefined)
      problems.push(`${where}.occupant: only a tenant is an occupant`);
    if (c.lot !== undefined && !knownLots.has(c.lot)) problems.push(`${where}.lot: no lot ${c.lot}`);
  }
  if (b.charges.common_key !== 'prorata' && !b.lots.some((l) => l.tantiemes[b.charges.common_key] !== undefined))
    problems.push(`${path}.charges.common_key: no lot has tantièmes "${b.charges.common_key}"`);
  checkPrices(b, path, problems);
  const t = b.thresholds;
  return {
    id: b.id,
    name: b.name ?? b.id,
    address: b.address,
    syndic: b.syndic,
    timezone: b.timezone,
    contractedPowerKva: b.contracted_power_kva,
    cosPhi: b.cos_phi,
    expectedCommonShare: b.expected_common_share,
    commonFloorW: b.common_floor_w,
    lots,
    meters,
    thresholds: {
      classesKwh: t.classes_kwh,
      leakRatio: t.leak_ratio,
      incoherenceRatio: t.incoherence_ratio,
      powerRatio: t.power_ratio,
      nightFloorRiseW: t.night_floor_rise_w,
      overconsumptionKwh: t.overconsumption_kwh,
      overconsumptionMedianFactor: t.overconsumption_median_factor,
      coefficientOfVariation: t.coefficient_of_variation,
      busFailureShare: t.bus_failure_share,
      silentIntervals: t.silent_intervals,
      frozenMs: t.frozen_after,
      nightFloorShare: t.night_floor_share,
    },
    tariffs: [
      ...b.tariffs.map(
        (x, i): Tariff => ({
          from: at(x.from, `tariffs.${i}.from`),
          slots: transformSlots(x.slots),
          standingChargeCents: x.standing_charge_cents,
          taxesCents: x.taxes_cents,
        }),
      ),
      ...events
        .filter((e) => e.type === 'tariff')
        .map(
          (e): Tariff => ({
            from: e.at,
            slots: e.slots,
            standingChargeCents: e.standingChargeCents,
            taxesCents: e.taxesCents,
          }),
        ),
    ].sort((x, y) => x.from - y.from),
    invoices: b.invoices.map((x) => ({
      period: periodOf[x.period] as PeriodKind,
      date: x.date,
      energyCents: typeof x.energy_cents === 'number' ? { base: x.energy_cents } : x.energy_cents,
      standingChargeCents: x.standing_charge_cents,
      taxesCents: x.taxes_cents,
    })),
    charges: { mode: b.charges.mode, commonKey: b.charges.common_key, closeAfterMs: b.charges.close_after },
    events,
    contacts: b.contacts.map((c, i) => ({
      ...c,
      webhook: c.webhook && {
        url: c.webhook.url,
        secret: secret(c.webhook.secret, `${path}.contacts.${i}.webhook.secret`) ?? '',
      },
    })),
    maxGapMs: b.max_gap,
    latenessMs: b.lateness,
    intervalMs: b.interval,
  };
}

function transformBus(b: BusFile, path: string, buildings: readonly BuildingFile[], problems: string[]): Bus {
  const endpoints: Endpoint[] = [];
  checkUnique(
    buildings.flatMap((x) =>
      x.meters
        .flatMap(({ source }) => (source?.bus === b.id ? [source.primary ?? source.secondary ?? []].flat() : []))
        .map(String),
    ),
    `${path}: address`,
    problems,
  );
  if (b.serial) endpoints.push({ kind: 'serial', ...b.serial });
  if (b.tcp) endpoints.push({ kind: 'tcp', ...b.tcp });
  if (b.replay) endpoints.push({ kind: 'replay', ...b.replay });
  if (endpoints.length !== 1) problems.push(`${path}: exactly one of serial, tcp, replay`);
  const users = new Set(buildings.filter((x) => x.meters.some((m) => m.source?.bus === b.id)).map((x) => x.id));
  const owner = b.building ?? [...users][0] ?? buildings[0]?.id;
  if (users.size > 1 || (users.size === 1 && owner !== undefined && !users.has(owner)))
    problems.push(`${path}: meters of several buildings on one bus`);
  return {
    id: b.id,
    building: owner ?? '',
    endpoint: endpoints[0] ?? { kind: 'replay', path: '' },
    driver: b.driver,
    intervalMs: b.interval,
    timeoutMs: b.timeout,
    retries: b.retries,
  };
}

function transformEvent(b: BuildingFile, e: BuildingFile['events'][number], at: number): DeclaredEvent {
  const head = { v: 1 as const, building: b.id, at };
  switch (e.type) {
    case 'replacement':
      return {
        ...head,
        type: e.type,
        meter: e.meter,
        finalIndexWh: e.final_index_wh,
        initialIndexWh: e.initial_index_wh,
        serial: e.serial,
      };
    case 'multiplier':
      return { ...head, type: e.type, meter: e.meter, multiplier: e.multiplier };
    case 'move-in':
      return { ...head, type: e.type, lot: e.lot, occupant: e.occupant, consent: e.consent };
    case 'move-out':
    case 'vacancy':
      return { ...head, type: e.type, lot: e.lot };
    case 'tariff':
      return {
        ...head,
        type: e.type,
        slots: transformSlots(e.slots) as never,
        standingChargeCents: e.standing_charge_cents,
        taxesCents: e.taxes_cents,
      };
  }
}

function transformSlots(
  slots: readonly { name: string; cents_per_kwh: number; hours: readonly string[] }[],
): PriceSlot[] {
  return slots.map((s) => ({ name: s.name, centsPerKwh: s.cents_per_kwh, hours: s.hours.map(hoursOf) }));
}

/** The schema has seen that these are hours. */
function hoursOf(text: string): { fromMinute: number; toMinute: number } {
  return parseHours(text) ?? { fromMinute: 0, toMinute: 0 };
}

function parseMinute(text: string): number {
  const [hour, minute] = text.split(':') as [string, string];
  return Number(hour) * 60 + Number(minute);
}

function checkTokens(
  tokens: ConfigFile['api']['tokens'],
  buildings: readonly BuildingFile[],
  problems: string[],
): void {
  for (const [i, { role, lot, buildings: allowed }] of tokens.entries()) {
    if (role === 'locataire' && lot === undefined) problems.push(`api.tokens.${i}.lot: a tenant has a lot`);
    for (const id of allowed)
      if (!buildings.some((b) => b.id === id)) problems.push(`api.tokens.${i}.buildings: no building "${id}"`);
  }
}

function checkNotificationTimes(notifications: ConfigFile['notifications'], problems: string[]): void {
  const { quiet_hours: quiet, digest_at: digest } = notifications;
  if (quiet === undefined) return;
  const { fromMinute, toMinute } = hoursOf(quiet);
  if (fromMinute === toMinute || toMinute - fromMinute === 1440)
    problems.push('notifications.quiet_hours: some time of the day must be left');
  const minute = digest === undefined ? undefined : parseMinute(digest);
  const within = (at: number): boolean =>
    fromMinute < toMinute ? at >= fromMinute && at < toMinute : at >= fromMinute || at < toMinute;
  if (minute !== undefined && within(minute)) problems.push('notifications.digest_at: lies within quiet_hours');
}

/** Epoch ms; a bare date is the first instant of that local day. */
function instantOf(text: string, timezone: string, path: string, problems: string[]): number {
  try {
    if (text.length === 10)
      return Temporal.PlainDate.from(text, { overflow: 'reject' }).toZonedDateTime(timezone).epochMilliseconds;
    return Temporal.Instant.from(text).epochMilliseconds;
  } catch {
    problems.push(`${path}: "${text}" is not a date`);
    return 0;
  }
}

/** Every minute of the day has one price; an invoice is that of a calendar period, named by its first day. */
function checkPrices(b: BuildingFile, path: string, problems: string[]): void {
  const tariffs = [
    ...b.tariffs.map((tariff, i) => ({ slots: tariff.slots, where: `${path}.tariffs.${i}.slots` })),
    ...b.events.flatMap((e, i) =>
      e.type === 'tariff' ? [{ slots: e.slots, where: `${path}.events.${i}.slots` }] : [],
    ),
  ];
  for (const { slots, where } of tariffs)
    for (const problem of priceProblems(transformSlots(slots))) problems.push(`${where}: ${problem}`);
  for (const [i, invoice] of b.invoices.entries()) {
    const months = { month: 1, quarter: 3, year: 12 }[periodOf[invoice.period] as PeriodKind];
    const [, month, day] = invoice.date.split('-').map(Number) as [number, number, number];
    if (day !== 1 || month < 1 || month > 12 || (month - 1) % months !== 0)
      problems.push(
        `${path}.invoices.${i}.date: "${invoice.date}" is not the first day of a ${periodOf[invoice.period]}`,
      );
  }
}

function checkUnique(names: readonly string[], path: string, problems: string[]): void {
  const seen = new Set<string>();
  for (const name of names) {
    if (seen.has(name)) problems.push(`${path}: "${name}" stands twice`);
    seen.add(name);
  }
}

const periodOf: Readonly<Record<string, PeriodKind>> = {
  month: 'month',
  mois: 'month',
  quarter: 'quarter',
  trimestre: 'quarter',
  year: 'year',
  annee: 'year',
};
