import {
  defaultIfEmpty,
  defer,
  filter,
  fromEvent,
  isObservable,
  of,
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
    takeUntil(defer(() => abortion(context.signal))),
    kind === 'resource' ? take(1) : takeLast(1),
    defaultIfEmpty(undefined),
  );
}

/** At once where the request was cancelled while its guards ran: the signal tells of it no second time. */
function abortion(signal: AbortSignal): Observable<unknown> {
  return signal.aborted ? of(signal.reason) : fromEvent(signal, 'abort');
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
