import { Readable } from 'node:stream';
import { types } from 'node:util';
import {
  defaultIfEmpty,
  defer,
  filter,
  from,
  fromEvent,
  isObservable,
  Observable,
  of,
  take,
  takeLast,
  takeUntil,
  tap,
} from 'rxjs';
import type { McpCall } from '../model/call.js';
import { McpProgress } from '../model/progress.js';
import { isStream } from './returned-body.js';

/** What the handler of a live resource returned while a client watches it. It passes interceptors as one value. */
export class LiveResource {
  constructor(readonly updates$: Observable<unknown>) {}
}

/**
 * Reduces what a handler returned to one value. `progress(…)` emissions of an Observable or async iterable are sent as
 * they come; the last other value is the result (for a resource, which is live, the first). Cancelling the request
 * unsubscribes. Anything else, a byte stream included, is returned as it is.
 *
 * @throws {Error} that the handler returned
 */
export function streamedResult(returned: unknown, call: McpCall): unknown {
  if (typeof returned !== 'object' || returned === null) return returned;
  if (isObservable(returned)) return oneValue(returned, call);
  if (isStream(returned)) return guarded(returned);
  if (isAsyncIterable(returned)) return oneValue(fromAsyncIterable(returned), call);
  if (isGenerator(returned)) return oneValue(from(returned), call);
  return asReturned(returned);
}

/**
 * Throws an Error that a handler returned instead of throwing it.
 *
 * @throws {Error} the returned value
 */
export function asReturned(value: unknown): unknown {
  if (value instanceof Error || types.isNativeError(value)) throw value;
  return value;
}

/** Listens to errors of a stream: one that fails before it is read would end the process. */
function guarded<T extends object>(stream: T): T {
  if (stream instanceof Readable) stream.on('error', () => undefined);
  return stream;
}

function oneValue(
  source: Observable<unknown>,
  { kind, watches, context }: McpCall,
): Observable<unknown> | LiveResource {
  if (watches) return new LiveResource(source);
  return source.pipe(
    tap((value) => {
      if (value instanceof McpProgress) context.progress(value.done, value.total, value.message);
    }),
    filter((value) => !(value instanceof McpProgress)),
    takeUntil(defer(() => abortion(context.signal))),
    kind === 'resource' ? take(1) : takeLast(1),
    defaultIfEmpty(undefined),
  );
}

/** Emits when the signal aborts, or at once if it has: a request may be cancelled while its guards run. */
function abortion(signal: AbortSignal): Observable<unknown> {
  return signal.aborted ? of(signal.reason) : fromEvent(signal, 'abort');
}

function isAsyncIterable(value: object): value is AsyncIterable<unknown> {
  return Symbol.asyncIterator in value;
}

function isGenerator(value: object): value is Generator<unknown> {
  return types.isGeneratorObject(value);
}

/** Unlike rxjs's `from()`, calls the iterator's `return()` as soon as the subscriber unsubscribes. */
function fromAsyncIterable<T>(iterable: AsyncIterable<T>): Observable<T> {
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
      // The application's iterator may throw synchronously, or return no promise.
      new Promise((resolve) => resolve(iterator.return?.())).catch(() => undefined);
    };
  });
}
