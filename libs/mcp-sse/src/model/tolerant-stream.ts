import { Observable, Subscriber, type Observer, type Operator, type Subscription } from 'rxjs';

type Next<T> = (value: T) => unknown;

/**
 * An Observable that tolerates failing subscribers. A subscriber that throws or rejects ends neither the process nor its
 * subscription; its first failure is reported.
 */
export class TolerantStream<T> extends Observable<T> {
  /** @param report called with the first failure of each subscriber */
  constructor(
    source: Observable<T>,
    private readonly report: (error: unknown) => void,
  ) {
    super();
    this.source = source;
  }

  /** Makes Observables derived by operators tolerant too. */
  override lift<R>(operator?: Operator<T, R>): Observable<R> {
    const lifted = new TolerantStream<R>(this as Observable<unknown> as Observable<R>, this.report);
    lifted.operator = operator;
    return lifted;
  }

  override subscribe(observer?: Partial<Observer<T>> | Next<T> | null): Subscription {
    // An operator passes failures on to its final subscriber.
    if (observer instanceof Subscriber) return super.subscribe(observer);
    const sink: Partial<Observer<T>> = typeof observer === 'function' ? { next: observer } : (observer ?? {});
    let hasFailed = false;
    const fail = (error: unknown) => {
      if (hasFailed) return;
      hasFailed = true;
      this.report(error);
    };
    return super.subscribe({
      next: (value) => {
        try {
          const returned: unknown = (sink.next as Next<T> | undefined)?.call(sink, value);
          if (returned instanceof Promise) returned.catch(fail);
        } catch (error) {
          fail(error);
        }
      },
      error: (error: unknown) => (sink.error ? sink.error(error) : fail(error)),
      complete: () => sink.complete?.(),
    });
  }
}
