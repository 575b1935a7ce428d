/** The official SDK over HTTP+SSE on Express, a server for each session: `node sse.mjs mcp-server|low-level` */
import express from 'express';
import { SSEServerTransport } from '@modelcontextprotocol/sdk/server/sse.js';
import { createLowLevelServer } from './low-level-server.mjs';
import { createMcpServer } from './mcp-server.mjs';

const createServer = process.argv[2] === 'low-level' ? createLowLevelServer : createMcpServer;
const transports = new Map();
const app = express();

app.get('/sse', async (_request, response) => {
  const transport = new SSEServerTransport('/messages', response);
  transports.set(transport.sessionId, transport);
  response.on('close', () => transports.delete(transport.sessionId));
  await createServer().connect(transport);
});

app.post('/messages', async (request, response) => {
  const transport = transports.get(request.query.sessionId);
  if (transport) await transport.handlePostMessage(request, response);
  else response.sendStatus(404);
});

app.listen(process.env.PORT, '127.0.0.1');
