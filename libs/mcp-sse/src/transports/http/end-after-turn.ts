import type { ServerResponse } from 'node:http';

/**
 * Ends a response at the end of this turn of the event loop, as the events of streams are sent. Where the other side
 * is on the same machine, such as a proxy, to wake it is most of what a write costs: what is written in a row wakes it
 * once.
 */
export function endAfterTurn(response: ServerResponse, body?: string | Buffer): void {
  setImmediate(() => response.end(body));
}
