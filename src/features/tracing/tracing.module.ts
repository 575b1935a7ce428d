import { Module } from '@nestjs/common';
import { ConditionalModule } from '@nestjs/config';
import { McpTracingModule } from 'nestjs-mcp-sse/tracing';

/** Spans of each request, where MCP_TRACING asks for them. What exports them is up to whoever starts the process. */
@Module({
  imports: [
    ConditionalModule.registerWhen(McpTracingModule, ({ MCP_TRACING }) => MCP_TRACING === 'true', {
      debug: false,
    }),
  ],
})
export class TracingModule {}
