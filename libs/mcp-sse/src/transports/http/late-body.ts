import type { IncomingMessage, ServerResponse } from 'node:http';

/** Whether a request says that a body follows, or of which type one would be. */
export function announcesBody({ headers }: IncomingMessage): boolean {
  return (
    headers['content-length'] !== undefined ||
    headers['transfer-encoding'] !== undefined ||
    headers['content-type'] !== undefined
  );
}

export type WatchBody = (request: IncomingMessage, response: ServerResponse) => void;

/**
 * Makes what closes a connection whose request was answered before its body was there, and does not follow in time. Until
 * then Node reads what still comes, so that the client gets the answer and can go on with the connection.
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
    if (response.shouldKeepAlive === false) endAfterBody(request);
  };
}

/**
 * Has Node close the connection of a request that asks for it when the body is there: closed earlier it would be reset by
 * what still comes, and the client could lose the answer.
 */
function endAfterBody(request: IncomingMessage): void {
  const { socket } = request;
  const destroySoon = socket.destroySoon.bind(socket);
  socket.destroySoon = () => {
    if (request.complete) return destroySoon();
    socket.end();
    request.once('close', destroySoon);
  };
}
