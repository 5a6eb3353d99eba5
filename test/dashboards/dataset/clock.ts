/** When the data set is: 400 ended days and the morning of the next, over a 25-hour, a 23-hour and again a 23-hour day. */
import { createCalendar } from '../../../domain/calendar.ts';

export const calendar = createCalendar('Europe/Paris');
/** Monday 30 March 2026, 10:20 in Paris: yesterday had 23 hours. */
export const now = Date.parse('2026-03-30T08:20:00Z');
export const quarterHour = 900_000;
export const hour = 3_600_000;
export const minute = 60_000;

export const today = calendar.windowOf('day', now);
export const yesterday = calendar.previous(today);
export const firstDay = calendar.day('2025-02-23');
/** The ended days in order, then today. */
export const days = calendar.between('day', firstDay.start, now);
export const endedDays = days.slice(0, -1);
