import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { CallToolRequestSchema, ListToolsRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { TOOL_LIST } from '../../dist/bench/contract/tool-list.js';
import { COUNT } from '../../dist/bench/contract/tools.js';
import { reportProgress } from '../report-progress.mjs';
import { text } from '../text.mjs';

/** A Server for one session, with a constant list and without validation of arguments. */
export function createLowLevelServer() {
  const server = new Server({ name: 'sdk-low', version: '1.0.0' }, { capabilities: { tools: {} } });
  server.setRequestHandler(ListToolsRequestSchema, () => ({ tools: TOOL_LIST }));
  server.setRequestHandler(CallToolRequestSchema, ({ params }, extra) =>
    params.name === COUNT.name ? reportProgress(extra) : text(params.arguments.message),
  );
  return server;
}
