import { McpServer } from '@modelcontextprotocol/sdk/server/mcp.js';
import { z } from 'zod';
import { COUNT, ECHO, FILLERS } from '../../dist/bench/contract/tools.js';
import { reportProgress } from '../report-progress.mjs';
import { shapesOf } from '../shapes.mjs';
import { text } from '../text.mjs';

const shapes = shapesOf(z);

/** A McpServer for one session; the schemas are made once. */
export function createMcpServer() {
  const server = new McpServer({ name: 'sdk', version: '1.0.0' });
  const { name, description } = ECHO;
  server.registerTool(name, { description, inputSchema: shapes.echo }, ({ message }) => text(message));
  server.registerTool(COUNT.name, { description: COUNT.description }, (extra) => reportProgress(extra));
  for (const { name, description } of FILLERS)
    server.registerTool(name, { description, inputSchema: shapes.filler }, () => text(name));
  return server;
}
