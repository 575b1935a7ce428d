import { Observable } from 'rxjs';

/** Unlike `from()` of rxjs, ends the iterable (its `return()`) as soon as the subscriber leaves. */
export function fromAsyncIterable<T>(iterable: AsyncIterable<T>): Observable<T> {
  return new Observable((subscriber) => {
    const iterator = iterable[Symbol.asyncIterator]();
    const next = async (): Promise<void> => {
      for (let step = await iterator.next(); !step.done; step = await iterator.next()) {
        if (subscriber.closed) return;
        subscriber.next(step.value);
      }
      subscriber.complete();
    };
    next().catch((error: unknown) => subscriber.error(error));
    return () => {
      // An iterator of the application may throw at once, or return no promise.
      new Promise((resolve) => resolve(iterator.return?.())).catch(() => undefined);
    };
  });
}
