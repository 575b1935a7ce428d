import { Module } from '@nestjs/common';
import { McpSchema, McpSseModule, McpTool } from 'nestjs-mcp-sse';
import { BENCH_OPTIONS } from '../server/bench.options.js';
import { BenchTools } from '../server/bench.tools.js';
import { providers } from './providers.js';

/** Each method is a tool. */
const TOOLS = providers(
  (index, output) =>
    McpTool({ name: `tool_${index}`, description: `Tool ${index} of the application.`, output }),
  (description) => McpSchema({ description }),
);

@Module({ imports: [McpSseModule.forRoot(BENCH_OPTIONS)], providers: [BenchTools, ...TOOLS] })
export class BootModule {}
