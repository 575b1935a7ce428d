/** The cheapest possible server over Streamable HTTP: answers with JSON, or with a stream if there is progress. */
import { randomUUID } from 'node:crypto';
import { createServer, type OutgoingHttpHeaders, type ServerResponse } from 'node:http';
import { answer, type TrustedMessage } from './answer.js';
import { readJson } from './read-json.js';

function writeEvent(response: ServerResponse, message: object): void {
  if (!response.headersSent) response.writeHead(200, { 'Content-Type': 'text/event-stream' });
  response.write(`event: message\ndata: ${JSON.stringify(message)}\n\n`);
}

function respond(response: ServerResponse, message: TrustedMessage): void {
  if (message.method === 'subscriptions/listen') {
    writeEvent(response, { jsonrpc: '2.0', method: 'notifications/subscriptions/acknowledged' });
    return;
  }
  const reply = answer(message, (notification) => writeEvent(response, notification));
  if (response.headersSent) {
    writeEvent(response, reply);
    response.end();
    return;
  }
  const headers: OutgoingHttpHeaders = { 'Content-Type': 'application/json' };
  if (message.method === 'initialize') headers['Mcp-Session-Id'] = randomUUID();
  response.writeHead(200, headers).end(JSON.stringify(reply));
}

createServer((request, response) => {
  if (request.method === 'GET')
    response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders();
  else if (request.method === 'DELETE') response.writeHead(200).end();
  else
    readJson(request, (message) => {
      if (message.id === undefined) response.writeHead(202).end();
      else respond(response, message);
    });
}).listen(Number(process.env['PORT']), '127.0.0.1');
