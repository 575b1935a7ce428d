/** The official SDK over Streamable HTTP on Express, with sessions and a McpServer for each. */
import { randomUUID } from 'node:crypto';
import express from 'express';
import { StreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/streamableHttp.js';
import { createMcpServer } from './mcp-server.mjs';

const transports = new Map();
const app = express();
app.use(express.json({ limit: '4mb' }));

async function openSession() {
  const transport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => transports.set(id, transport),
  });
  transport.onclose = () => transports.delete(transport.sessionId);
  await createMcpServer().connect(transport);
  return transport;
}

app.all('/mcp', async (request, response) => {
  const id = request.headers['mcp-session-id'];
  const transport = id === undefined ? await openSession() : transports.get(id);
  if (transport) await transport.handleRequest(request, response, request.body);
  else response.sendStatus(404);
});

app.listen(process.env.PORT, '127.0.0.1');
