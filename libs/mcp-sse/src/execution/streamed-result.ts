import {
  defaultIfEmpty,
  filter,
  fromEvent,
  isObservable,
  take,
  takeLast,
  takeUntil,
  tap,
  type Observable,
} from 'rxjs';
import type { McpCall } from '../model/call.js';
import { McpProgress } from '../model/progress.js';
import { fromAsyncIterable } from './from-async-iterable.js';
import { LiveResource } from './live-resource.js';

/**
 * Turns what a handler returned into something with one value: of an Observable or an async iterable, the
 * `progress(…)` emissions are sent as they come and the last other value is the result; of a resource, which is
 * live then, the first. Cancelling the request unsubscribes. Anything else is returned as it is.
 */
export function streamedResult(returned: unknown, call: McpCall): unknown {
  if (isObservable(returned)) return oneValue(returned, call);
  if (isAsyncIterable(returned)) return oneValue(fromAsyncIterable(returned), call);
  return returned;
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
    takeUntil(fromEvent(context.signal, 'abort')),
    kind === 'resource' ? take(1) : takeLast(1),
    defaultIfEmpty(undefined),
  );
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
