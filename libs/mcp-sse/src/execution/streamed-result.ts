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
 * Turns what a handler returned into something with one value: of an Observable or an async iterable, the
 * `progress(…)` emissions are sent as they come and the last other value is the result; of a resource, which is
 * live then, the first. Cancelling the request unsubscribes. Anything else is returned as it is, a stream too.
 *
 * @throws what was returned, where it is an Error
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
 * An Error that is returned is an Error that is thrown.
 *
 * @throws what was returned, where it is an Error
 */
export function asReturned(value: unknown): unknown {
  if (value instanceof Error || types.isNativeError(value)) throw value;
  return value;
}

/** A stream that fails while nobody reads it yet would end the process. */
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

/** At once where the request was cancelled while its guards ran: the signal tells of it no second time. */
function abortion(signal: AbortSignal): Observable<unknown> {
  return signal.aborted ? of(signal.reason) : fromEvent(signal, 'abort');
}

function isAsyncIterable(value: object): value is AsyncIterable<unknown> {
  return Symbol.asyncIterator in value;
}

function isGenerator(value: object): value is Generator<unknown> {
  return types.isGeneratorObject(value);
}

/** Unlike `from()` of rxjs, ends the iterable (its `return()`) as soon as the subscriber leaves. */
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
      // An iterator of the application may throw at once, or return no promise.
      new Promise((resolve) => resolve(iterator.return?.())).catch(() => undefined);
    };
  });
}
