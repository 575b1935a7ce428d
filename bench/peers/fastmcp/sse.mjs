/** fastmcp, whose stream transport also serves HTTP+SSE clients at /sse. */
import { FastMCP } from 'fastmcp';
import { z } from 'zod';
import { COUNT, COUNTED, ECHO, FILLERS, PROGRESS_EVENTS } from '../../dist/bench/contract/tools.js';
import { shapesOf } from '../shapes.mjs';

const shapes = shapesOf(z);
const server = new FastMCP({ name: 'fastmcp', version: '1.0.0' });

server.addTool({ ...ECHO, parameters: z.object(shapes.echo), execute: async ({ message }) => message });
server.addTool({
  ...COUNT,
  async execute(_args, { reportProgress }) {
    for (let progress = 1; progress <= PROGRESS_EVENTS; progress++)
      await reportProgress({ progress, total: PROGRESS_EVENTS });
    return COUNTED;
  },
});
const filler = z.object(shapes.filler);
for (const feature of FILLERS)
  server.addTool({ ...feature, parameters: filler, execute: async () => feature.name });

await server.start({
  transportType: 'httpStream',
  httpStream: { port: Number(process.env.PORT), host: '127.0.0.1', endpoint: '/mcp' },
});
