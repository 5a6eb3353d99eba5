/** What only the wall clock can tell: the state of every registered meter, silence, and a bus that answers badly. */
import type { Anomaly } from '../domain/results.ts';
import type { BusHealth, MeterStateName } from '../domain/telemetry.ts';
import { degradedBusAnomaly } from './analysis/anomalies/degraded-bus.ts';
import { silentMeterAnomaly } from './analysis/anomalies/silent-meter.ts';
import type { Finding } from './analysis/finding.ts';
import type { BuildingContext, MeterContext } from './context.ts';
import { isVacantSometime } from './day-findings.ts';
import { publishAnomaly } from './days.ts';
import type { Effects } from './effects.ts';
import { type BuildingState, type DayState, hasBeenRead } from './state.ts';

const hourMs = 3_600_000;
/** Closed ones are remembered this long, so that the day keeps one anomaly a subject. */
const liveMs = 48 * hourMs;

/** A bus's counters of the last minute. */
export function observeBus(state: BuildingState, health: BusHealth): void {
  const points = (state.buses.get(health.bus) ?? []).filter((point) => point.at > health.at - hourMs);
  points.push({ at: health.at, polls: health.polls, answers: health.answers });
  state.buses.set(health.bus, points);
  for (const [meter, failures] of Object.entries(health.failures1h ?? {})) state.failures.set(meter, failures);
}

/** `since`: when this program began to watch. A meter is not called silent for the time in which nobody listened. */
export function watch(
  state: BuildingState,
  context: BuildingContext,
  now: number,
  since: number,
  effects: Effects,
): void {
  state.watchedSince ??= now;
  const findings: Finding[] = [];
  const graceMs = context.building.thresholds.silentIntervals * context.building.intervalMs;
  const window = context.calendar.windowOf('day', now);
  const today = state.days.get(window.start);
  const yesterday = state.days.get(context.calendar.previous(window).start);
  for (const watched of context.meters) {
    const { meter } = watched;
    const known = state.meters.get(meter.id);
    const lastReadingAt = known && hasBeenRead(known) ? known.lastReadingAt : null;
    const found = silentMeterAnomaly(
      {
        meter: meter.id,
        lot: meter.lot,
        lastReadingAt,
        watchedSince: Math.max(state.watchedSince, meter.installedAt),
        now,
      },
      context.building,
    );
    const silent = found && (now - since > graceMs || isOpen(state, subjectOf(found))) ? found : null;
    if (silent) findings.push(silent);
    const frozen = (today?.facts?.frozen[meter.id]?.length ?? 0) > 0;
    effects.telemetry.push({
      v: 1,
      kind: 'meter_state',
      building: context.building.id,
      meter: meter.id,
      at: now,
      secondsSinceReading: lastReadingAt === null ? null : Math.max(0, Math.floor((now - lastReadingAt) / 1000)),
      state: stateName(lastReadingAt, silent !== null, frozen, isIdle(watched, yesterday, today)),
      failures1h: state.failures.get(meter.id) ?? 0,
    });
  }
  for (const [bus, points] of state.buses) {
    const recent = points.filter((point) => point.at > now - hourMs);
    state.buses.set(bus, recent);
    const degraded = degradedBusAnomaly(
      { bus, polls: sum(recent.map((point) => point.polls)), answers: sum(recent.map((point) => point.answers)) },
      context.building,
    );
    if (degraded) findings.push(degraded);
  }
  publishLive(state, context, findings, now, effects);
}

/** Opens what is new (its day is the day it began to be seen) and closes what no longer holds; an open one is not told again each minute. */
function publishLive(
  state: BuildingState,
  context: BuildingContext,
  findings: readonly Finding[],
  now: number,
  effects: Effects,
): void {
  const raised = new Set(findings.map(subjectOf));
  const open = new Set<string>();
  for (const [key, known] of state.live) {
    const subject = key.slice(0, key.lastIndexOf('/'));
    if (known.open === true && raised.has(subject)) open.add(subject);
    else if (known.open === true && known.last)
      publishAnomaly(state.live, key, { ...known.last, open: false, updatedAt: now, closedAt: now }, effects.results);
    else if ((known.openedAt ?? 0) < now - liveMs) state.live.delete(key);
  }
  const day = context.calendar.windowOf('day', now);
  for (const found of findings) {
    const subject = subjectOf(found);
    if (open.has(subject)) continue;
    const anomaly: Anomaly = {
      v: 1,
      kind: 'anomaly',
      building: context.building.id,
      revision: 0,
      ...found,
      date: day.date,
      start: day.start,
      open: true,
      openedAt: now,
      updatedAt: now,
      closedAt: null,
    };
    publishAnomaly(state.live, `${subject}/${day.start}`, anomaly, effects.results);
  }
}

function isOpen(state: BuildingState, subject: string): boolean {
  for (const [key, { open }] of state.live) if (open === true && key.startsWith(`${subject}/`)) return true;
  return false;
}

function subjectOf(found: Finding): string {
  return `a/${found.type}/${found.meter ?? found.bus ?? ''}`;
}

/** What `compteurs_defaillants` found in the day that is over, until the meter counts again. */
function isIdle(watched: MeterContext, yesterday: DayState | undefined, today: DayState | undefined): boolean {
  const { meter } = watched;
  const before = yesterday?.meters.get(meter.id);
  if (meter.role !== 'tenant' || !yesterday || !before || isVacantSometime(watched, yesterday)) return false;
  const sinceMidnightWh = today?.meters.get(meter.id)?.energyWh ?? 0;
  return before.energyWh === 0 && before.readings > 0 && sinceMidnightWh === 0;
}

function stateName(lastReadingAt: number | null, silent: boolean, frozen: boolean, idle: boolean): MeterStateName {
  if (lastReadingAt === null) return 'jamais_lu';
  if (silent) return 'silencieux';
  if (frozen) return 'fige';
  return idle ? 'defaillant' : 'actif';
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
