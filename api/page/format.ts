/** Quantities, dates and instants as a French reader expects them; a dash where nothing is known. */
import { frenchDuration, frenchEuros, frenchNumber } from '../../domain/french.ts';

const nothing = '—';

export function energy(kwh: number | null, decimals = 1): string {
  return kwh === null ? nothing : `${frenchNumber(kwh, decimals)}\u00a0kWh`;
}

export function energyFigure(kwh: number | null, decimals = 1): string {
  return kwh === null ? nothing : frenchNumber(kwh, decimals);
}

/** W as kW with one decimal. */
export function power(watts: number | null): string {
  return watts === null ? nothing : `${frenchNumber(watts / 1000, 1)}\u00a0kW`;
}

/** Percent that is one already. */
export function percent(value: number | null, decimals = 1): string {
  return value === null ? nothing : `${frenchNumber(value, decimals)}\u00a0%`;
}

export function signedPercent(value: number, decimals = 1): string {
  const rounded = frenchNumber(Math.abs(value), decimals);
  const sign = Number(value.toFixed(decimals)) === 0 ? '' : value > 0 ? '+' : '−';
  return `${sign}${rounded}\u00a0%`;
}

/** Difference of two percentages: `+4,14 pt`. */
export function points(value: number): string {
  return signedPercent(value, 2).replace('%', 'pt');
}

export function euros(cents: number | null): string {
  return cents === null ? nothing : frenchEuros(cents);
}

export function duration(seconds: number): string {
  return frenchDuration(seconds * 1000);
}

/** `mardi 24 novembre 2026` of a local date. */
export function longDate(date: string): string {
  return firstOfMonth(longDates.format(noon(date)));
}

/** `24 nov.` */
export function shortDate(date: string): string {
  return shortDates.format(noon(date));
}

/** `mar. 24/11` */
export function dayLabel(date: string): string {
  return dayLabels.format(noon(date));
}

/** `14:32` of an ISO instant with offset: the wall clock it was written in. */
export function clockTime(iso: string): string {
  return iso.slice(11, 16);
}

/** `24/11/2026 14:32` of an ISO instant with offset. */
export function dateTime(iso: string): string {
  return `${iso.slice(8, 10)}/${iso.slice(5, 7)}/${iso.slice(0, 4)} ${clockTime(iso)}`;
}

/** `24/11/2026` of a local date or the date part of an ISO instant. */
export function numericDate(iso: string): string {
  return `${iso.slice(8, 10)}/${iso.slice(5, 7)}/${iso.slice(0, 4)}`;
}

/** The last day, `30/11/2026`, of a period that ends, exclusive, at an ISO instant: the day before where that is a midnight. */
export function lastDay(end: string): string {
  const date = noon(end.slice(0, 10));
  if (end.slice(11, 19) === '00:00:00') date.setUTCDate(date.getUTCDate() - 1);
  return numericDate(date.toISOString());
}

/** `novembre 2026`, `4e trimestre 2026`, `année 2026` of a period's first date. */
export function periodTitle(type: 'mois' | 'trimestre' | 'annee', date: string): string {
  const year = date.slice(0, 4);
  if (type === 'annee') return `année ${year}`;
  if (type === 'mois') return months.format(noon(date));
  const quarter = Math.floor((Number(date.slice(5, 7)) - 1) / 3) + 1;
  return `${quarter === 1 ? '1er' : `${quarter}e`} trimestre ${year}`;
}

export function capitalised(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

function noon(date: string): Date {
  return new Date(`${date}T12:00:00Z`);
}

function firstOfMonth(text: string): string {
  return text.replace(/ 1 /, ' 1er ');
}

const longDates = new Intl.DateTimeFormat('fr-FR', { dateStyle: 'full', timeZone: 'UTC' });
const shortDates = new Intl.DateTimeFormat('fr-FR', { day: 'numeric', month: 'short', timeZone: 'UTC' });
const dayLabels = new Intl.DateTimeFormat('fr-FR', {
  weekday: 'short',
  day: '2-digit',
  month: '2-digit',
  timeZone: 'UTC',
});
const months = new Intl.DateTimeFormat('fr-FR', { month: 'long', year: 'numeric', timeZone: 'UTC' });
