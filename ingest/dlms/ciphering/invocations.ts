/**
 * Protection against replay: the invocation counter of a system title only rises (DLMS Green Book 9.2.3.3.7).
 * The state is an argument and a result; refused messages are counted and do not move it.
 */
import { type Outcome, ok, rejected } from '../../../domain/errors.ts';
import type { DlmsCode } from '../codes.ts';

export interface Invocations {
  /** Greatest accepted counter of each system title. */
  readonly last: ReadonlyMap<string, number>;
  readonly refused: number;
}

export const noInvocations: Invocations = { last: new Map(), refused: 0 };

/** A line carries one meter; titles beyond this are a flood of forged ones, and the oldest is forgotten. */
const maximumTitles = 64;

export interface InvocationStep {
  readonly invocations: Invocations;
  readonly outcome: Outcome<number, DlmsCode>;
}

/** Judges one message that was deciphered and found good. */
export function acceptInvocation(invocations: Invocations, systemTitle: string, invocation: number): InvocationStep {
  const last = invocations.last.get(systemTitle);
  if (last !== undefined && invocation <= last) {
    const code = invocation === last ? 'INVOCATION_REPLAYED' : 'INVOCATION_FELL';
    return {
      invocations: { ...invocations, refused: invocations.refused + 1 },
      outcome: rejected(code, { systemTitle, invocation, last }),
    };
  }
  const next = new Map(invocations.last);
  next.delete(systemTitle);
  next.set(systemTitle, invocation);
  if (next.size > maximumTitles) next.delete(next.keys().next().value!);
  return { invocations: { ...invocations, last: next }, outcome: ok(invocation) };
}
