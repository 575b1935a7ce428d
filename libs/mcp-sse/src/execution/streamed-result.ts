import {
  defaultIfEmpty,
  filter,
  fromEvent,
  isObservable,
  takeLast,
  takeUntil,
  tap,
  type Observable,
} from 'rxjs';
import type { McpContext } from '../model/mcp-context.js';
import { McpProgress } from '../model/progress.js';
import { fromAsyncIterable } from './from-async-iterable.js';

/**
 * Turns what a handler returned into something with one value: of an Observable or an async iterable, the
 * `progress(…)` emissions are sent as they come and the last other value is the result. Cancelling the request
 * unsubscribes. Anything else is returned as it is.
 */
export function streamedResult(returned: unknown, context: McpContext): unknown {
  if (isObservable(returned)) return lastValue(returned, context);
  if (isAsyncIterable(returned)) return lastValue(fromAsyncIterable(returned), context);
  return returned;
}

function lastValue(source: Observable<unknown>, context: McpContext): Observable<unknown> {
  return source.pipe(
    tap((value) => {
      if (value instanceof McpProgress) context.progress(value.done, value.total, value.message);
    }),
    filter((value) => !(value instanceof McpProgress)),
    takeUntil(fromEvent(context.signal, 'abort')),
    takeLast(1),
    defaultIfEmpty(undefined),
  );
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}
