import type { ServerResponse } from 'node:http';
import type { Observable } from 'rxjs';
import { isTaken } from '../../http/answer.js';
import { EVENT_STREAM_HEADERS } from '../../http/event-stream.js';
import { hijackResponse } from '../../http/raw-response.js';
import type { StreamItem } from '../../streaming/stream-event.js';

/**
 * Answers a GET with an event stream that stays open until it completes or its client leaves.
 *
 * @param stream an `OutgoingStream` that writes to this response; not subscribed to for a client that has left or was answered
 */
export function answerWithStream(response: unknown, stream: Observable<StreamItem>): void {
  const raw = hijackResponse(response);
  if (isTaken(raw)) return;
  const { socket } = raw.req;
  // The client may be silent for long, and its host may go away without closing the connection.
  socket.setKeepAlive(true);
  socket.setTimeout(0);
  beginStream(raw, stream);
}

/** Begins a response with an event stream, and ends it when that completes. */
export function beginStream(response: ServerResponse, stream: Observable<StreamItem>): void {
  const { socket } = response;
  // The head and the first events go in one piece.
  socket?.cork();
  response.writeHead(200, EVENT_STREAM_HEADERS).flushHeaders();
  const subscription = stream.subscribe({ complete: () => void response.end() });
  response.once('close', () => subscription.unsubscribe());
  setImmediate(() => socket?.uncork());
}

/** Answers a HEAD of a stream. */
export function answerWithStreamHead(response: unknown): void {
  hijackResponse(response).writeHead(200, EVENT_STREAM_HEADERS).end();
}
