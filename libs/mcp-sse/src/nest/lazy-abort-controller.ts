/**
 * The `AbortController` of a route with `@Sse()`.
 *
 * Read in @nestjs/core 11.2.0, 11.2.10, 12.0.1 and 12.5.1: Nest puts one on the request before the handler runs, under a key that
 * `@nestjs/common` exports. `RouterResponseController.sse()` takes it from Node's request once the handler has returned,
 * and aborts it whenever the stream ends. @nestjs/core 11.1.0 has none.
 *
 * If Nest keeps it elsewhere, a stream takes 30 µs and 6 KB more: the error of `abort()` holds each function on its stack.
 */
import * as common from '@nestjs/common';
import { rawRequest } from '../http/raw-request.js';

interface Carrier {
  [common.SSE_ABORT_CONTROLLER]?: AbortController;
}

/** Replaces the controller of a route that does not use its signal. Call it in the handler, before anything is awaited. */
export function abortLazily(request: object): void {
  if (!('SSE_ABORT_CONTROLLER' in common)) return;
  (rawRequest(request) as Carrier)[common.SSE_ABORT_CONTROLLER] = new LazyAbortController();
}

/** Makes its signal when that is first asked for. */
class LazyAbortController implements AbortController {
  private made?: AbortController;
  private isAborted = false;

  get signal(): AbortSignal {
    if (!this.made) {
      this.made = new AbortController();
      if (this.isAborted) this.made.abort();
    }
    return this.made.signal;
  }

  abort(reason?: unknown): void {
    this.isAborted = true;
    this.made?.abort(reason);
  }
}
