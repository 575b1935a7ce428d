import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';

/** By connection: the responses that waited for those before them when they were told of here. */
const waiting = new WeakMap<Socket, Set<ServerResponse>>();

/**
 * Makes a response emit `close` when its connection closes. Node does so only for the first of those that a client
 * pipelines: the others would stay open for ever, with all that they hold.
 */
export function closeWithConnection(response: ServerResponse): void {
  const { socket } = response.req;
  if (response.socket || response.destroyed) return;
  if (socket.destroyed) return close(response);
  const responses = waiting.get(socket) ?? watched(socket);
  responses.add(response);
  response.once('close', () => responses.delete(response));
}

/** One listener for all, since Node warns of many. */
function watched(socket: Socket): Set<ServerResponse> {
  const responses = new Set<ServerResponse>();
  waiting.set(socket, responses);
  socket.once('close', () => {
    for (const response of responses) if (!response.socket) close(response);
  });
  return responses;
}

function close(response: ServerResponse): void {
  response.destroy();
  response.emit('close');
}
