/**
 * `exhaustMap` that accounts for what it leaves out: while the work of one value runs, each further value becomes what `leaveOut` makes of it.
 *
 *   source     a---b---c---d---|
 *   work(a)    ------1|   work(c) -2|
 *   out        ----x-1--2--...        x = leaveOut(b)
 *
 * Nothing is queued: a schedule that overruns does not run late for ever.
 */
import { defer, finalize, mergeMap, type Observable, type OperatorFunction, of } from 'rxjs';

export function exhaustOr<T, R, L>(
  work: (value: T) => Observable<R>,
  leaveOut: (value: T) => L,
): OperatorFunction<T, R | L> {
  return (source) =>
    defer(() => {
      let isRunning = false;
      return source.pipe(
        mergeMap((value): Observable<R | L> => {
          if (isRunning) return of(leaveOut(value));
          isRunning = true;
          return work(value).pipe(
            finalize(() => {
              isRunning = false;
            }),
          );
        }),
      );
    });
}
