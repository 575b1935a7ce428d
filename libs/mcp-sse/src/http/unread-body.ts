import type { IncomingMessage, ServerResponse } from 'node:http';

const HIDDEN = ['content-type', 'content-length', 'transfer-encoding'] as const;

/** Kept on the request itself, which takes 0.02 µs; a WeakMap takes 0.2 µs (Node 20). */
const hiddenHeaders = Symbol('nestjs-mcp-sse:hidden-headers');

type HiddenHeaders = Partial<Record<(typeof HIDDEN)[number], string>>;
type Hiding = IncomingMessage & { [hiddenHeaders]?: HiddenHeaders };

/** Whether the headers of a request announce a body, or name the type of one. */
export function announcesBody({ headers }: IncomingMessage): boolean {
  return (
    headers['content-length'] !== undefined ||
    headers['transfer-encoding'] !== undefined ||
    headers['content-type'] !== undefined
  );
}

/**
 * Makes the application's body parsers pass a request by, so that neither their limits nor their errors apply to
 * messages, and nothing is read before the guards have let the request in. {@link unhideBody} undoes it.
 */
export function hideBody(request: Hiding): void {
  const { headers } = request;
  const hidden: HiddenHeaders = {};
  for (const name of HIDDEN) {
    if (headers[name] === undefined) continue;
    hidden[name] = headers[name];
    // `delete` makes the object slow: 0.3 µs more for each request (Node 20).
    headers[name] = undefined;
  }
  request[hiddenHeaders] = hidden;
}

/** Gives a request its headers back, if they were hidden. */
export function unhideBody(request: Hiding): void {
  Object.assign(request.headers, request[hiddenHeaders]);
}

/** Whether nothing has read a hidden body. Some parsers leave an object for a body all the same: body-parser 1 does. */
export function isUnread(request: Hiding): boolean {
  return request[hiddenHeaders] !== undefined && !request.readableDidRead;
}

export type WatchBody = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Returns a function that closes the connection of a request whose body is still missing some time after the answer.
 * Until then Node reads the rest, so that the client gets the answer and can reuse the connection.
 *
 * @param bodyMs how long the body may take once the request is answered
 */
export function lateBodyWatch(bodyMs: () => number): WatchBody {
  function onAnswered(this: ServerResponse): void {
    const { req: request } = this;
    if (request.complete) return;
    const late = setTimeout(() => request.socket.destroy(), bodyMs());
    request.once('close', () => clearTimeout(late));
  }

  return (request, response) => {
    response.on('finish', onAnswered);
    if (response.shouldKeepAlive === false) closeAfterBody(request);
  };
}

/**
 * Delays the end of a connection that the client asked to close until its body has arrived. Closed earlier, the rest of
 * the body would reset it, and the client could lose the answer.
 */
function closeAfterBody(request: IncomingMessage): void {
  const { socket } = request;
  const destroySoon = socket.destroySoon.bind(socket);
  socket.destroySoon = () => {
    if (request.complete) return destroySoon();
    socket.end();
    request.once('close', destroySoon);
  };
}
