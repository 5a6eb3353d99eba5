/** Logs of every command: JSON on stderr, so that stdout holds results alone. */
import pino, { type DestinationStream, type Logger } from 'pino';

/** Each line is written, whole, before the call returns: no exit loses one. */
export function standardError(): DestinationStream {
  return pino.destination({ fd: 2, sync: true });
}

/** `facts` stand on every line beside the component. */
export function createLogger(
  component: string,
  to: DestinationStream = standardError(),
  facts: Readonly<Record<string, unknown>> = {},
): Logger {
  return pino({ base: { component, ...facts } }, to);
}
