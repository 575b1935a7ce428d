import {
  request,
  type Agent,
  type ClientRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http';
import { connect } from 'node:net';
import { once } from 'node:events';

export interface Posted {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly response: IncomingMessage;
  readonly request: ClientRequest;
}

interface RequestOptions {
  readonly method?: string;
  readonly headers?: Record<string, string>;
  readonly body?: string;
  readonly agent?: Agent;
  /** When to disconnect without waiting for the response. */
  readonly abortMs?: number;
}

/** Sends an HTTP request. The caller reads the response. */
export function ask(
  url: string,
  { method = 'POST', headers, body, agent, abortMs }: RequestOptions,
): Promise<Posted> {
  return new Promise((resolve, reject) => {
    const clientRequest = request(url, { method, headers, agent: agent ?? false });
    const abort = abortMs === undefined ? undefined : setTimeout(() => clientRequest.destroy(), abortMs);
    clientRequest.on('response', (response) => {
      clearTimeout(abort);
      response.on('error', () => undefined);
      const { statusCode, headers: answered } = response;
      resolve({ status: statusCode!, headers: answered, response, request: clientRequest });
    });
    clientRequest.on('error', (error) =>
      reject(abortMs === undefined ? error : new Error('aborted', { cause: error })),
    );
    clientRequest.end(body);
  });
}

export async function textOf(response: IncomingMessage): Promise<string> {
  let text = '';
  response.setEncoding('utf8');
  for await (const chunk of response) text += chunk;
  return text;
}

export interface ReadEvent {
  readonly id?: string;
  readonly event?: string;
  readonly data?: string;
}

/** Reads an event stream until it ends or fails. */
export function readEvents(response: IncomingMessage, onEvent: (event: ReadEvent) => void): Promise<void> {
  let rest = '';
  response.setEncoding('utf8');
  response.on('data', (chunk: string) => {
    const blocks = (rest + chunk).split('\n\n');
    rest = blocks.pop()!;
    for (const block of blocks) onEvent(eventOf(block));
  });
  return new Promise((resolve) => void response.on('close', resolve));
}

/** Writes raw bytes to a port, and disconnects by FIN or RST. */
export async function writeRaw(port: number, bytes: string, how: 'FIN' | 'RST'): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.on('error', () => undefined);
  await once(socket, 'connect');
  socket.resume();
  socket.write(bytes);
  await new Promise((resolve) => setImmediate(resolve));
  if (how === 'RST') socket.resetAndDestroy();
  else socket.end();
  if (!socket.closed) {
    const giveUp = setTimeout(() => socket.destroy(), 50);
    await once(socket, 'close');
    clearTimeout(giveUp);
  }
}

function eventOf(block: string): ReadEvent {
  const fields: Record<string, string> = {};
  for (const line of block.split('\n')) {
    const colon = line.indexOf(':');
    if (colon > 0) fields[line.slice(0, colon)] = line.slice(colon + 1).replace(/^ /, '');
  }
  return fields;
}

/** The head of a request, as text. */
export function head(method: string, path: string, port: number): string {
  const lines = [`${method} ${path} HTTP/1.1`, `Host: 127.0.0.1:${port}`, 'Content-Type: application/json'];
  return `${lines.join('\r\n')}\r\nAccept: application/json, text/event-stream\r\n`;
}
