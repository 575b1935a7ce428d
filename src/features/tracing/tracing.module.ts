import { Module } from '@nestjs/common';
import { ConditionalModule } from '@nestjs/config';
import { McpTracingModule } from 'nestjs-mcp-sse/tracing';

/** Creates spans of each request if MCP_TRACING is true. The OpenTelemetry SDK of the process exports them. */
@Module({
  imports: [
    ConditionalModule.registerWhen(McpTracingModule, ({ MCP_TRACING }) => MCP_TRACING === 'true', {
      debug: false,
    }),
  ],
})
export class TracingModule {}
