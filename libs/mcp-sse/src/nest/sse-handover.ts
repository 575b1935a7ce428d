/**
 * Responses that `@Sse()` begins and the library goes on with.
 *
 * Read in @nestjs/core 11.2.0, 11.2.10, 12.0.1 and 12.5.1, `RouterResponseController.sse()`: Nest pipes a stream into the
 * response and subscribes to the Observable of the route. When that completes, Nest ends its stream, which ends the
 * response as far as it is still piped into it, and lets go of the request. @nestjs/core 11.1.0 ends the response itself; the
 * first version with `SSE_ABORT_CONTROLLER` does not.
 *
 * If Nest ends the response again, a stream of HTTP+SSE ends after its first event, and most tests fail. If it keeps its
 * `AbortController` elsewhere, a stream takes 6 KB more: the controller's error holds all of its calls.
 */
import type { ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import * as common from '@nestjs/common';
import { Observable, type Observer, type Subscriber } from 'rxjs';
import { closeWithConnection } from '../http/pipelined-close.js';
import { rawResponse } from '../http/raw-response.js';

/** What Nest keeps on a request, and on Node's behind it. */
interface Carrier {
  [common.SSE_ABORT_CONTROLLER]?: AbortController;
}

const nestLetsGo = 'SSE_ABORT_CONTROLLER' in common;

/**
 * Gives a route with `@Sse()` an Observable that ends once Nest has begun the response, so that Nest keeps nothing of it.
 * From then on the response is the library's: it ends when `events` completes, and `events` ends when it closes.
 *
 * @param events emits what Nest is to write, and nothing more from the turn after the response has begun
 */
export function begunByNest<T>(events: Observable<T>, request: object, response: unknown): Observable<T> {
  if (!nestLetsGo) return events;
  const handover = new Handover<T>(request, rawResponse(response));
  return new Observable((nest) => handover.begin(events, nest));
}

class Handover<T> implements Observer<T> {
  /** Both undefined once the response is the library's. */
  private nest?: Subscriber<T>;
  private piped?: Readable;

  constructor(
    private readonly request: object,
    private readonly response: ServerResponse,
  ) {
    response.once('pipe', (stream: Readable) => (this.piped = stream));
  }

  begin(events: Observable<T>, nest: Subscriber<T>): () => void {
    this.nest = nest;
    closeWithConnection(this.response);
    const subscription = events.subscribe(this);
    this.response.on('close', () => subscription.unsubscribe());
    return () => this.nest && subscription.unsubscribe();
  }

  next(event: T): void {
    this.nest?.next(event);
    setImmediate(() => this.takeOver());
  }

  error(error: unknown): void {
    this.nest?.error(error);
  }

  complete(): void {
    if (this.nest) this.nest.complete();
    else this.response.end();
  }

  private takeOver(): void {
    const { nest, piped, response } = this;
    // What Nest has yet to write it writes by itself.
    if (!nest || nest.closed || !response.headersSent || piped?.readableLength !== 0) return;
    this.nest = this.piped = undefined;
    for (const request of [this.request, response.req])
      (request as Carrier)[common.SSE_ABORT_CONTROLLER] = undefined;
    piped.unpipe(response);
    nest.complete();
  }
}
