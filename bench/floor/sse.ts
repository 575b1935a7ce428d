/** The cheapest possible server over HTTP+SSE: the floor that servers are compared with. */
import { randomUUID } from 'node:crypto';
import { createServer, type ServerResponse } from 'node:http';
import { answer } from './answer.js';
import { readJson } from './read-json.js';

const MESSAGES = '/messages?sessionId=';
const streams = new Map<string, ServerResponse>();

function writeEvent(stream: ServerResponse, message: object): void {
  stream.write(`event: message\ndata: ${JSON.stringify(message)}\n\n`);
}

createServer((request, response) => {
  if (request.method === 'GET') {
    const id = randomUUID();
    streams.set(id, response);
    response.on('close', () => streams.delete(id));
    response.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-cache' });
    response.write(`event: endpoint\ndata: ${MESSAGES}${id}\n\n`);
    return;
  }
  const stream = streams.get(request.url!.slice(MESSAGES.length))!;
  readJson(request, (message) => {
    response.writeHead(202).end();
    if (message.id !== undefined)
      writeEvent(
        stream,
        answer(message, (notification) => writeEvent(stream, notification)),
      );
  });
}).listen(Number(process.env['PORT']), '127.0.0.1');
