/** Logs of every command: JSON on stderr, so that stdout holds results alone. */
import pino, { type Logger } from 'pino';

export function createLogger(component: string): Logger {
  return pino({ base: { component } }, pino.destination({ fd: 2, sync: true }));
}
