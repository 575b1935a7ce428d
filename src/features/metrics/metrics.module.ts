import { Module } from '@nestjs/common';
import { ConditionalModule } from '@nestjs/config';
import { McpMetricsModule } from 'nestjs-mcp-sse/metrics';
import { environmentConfig } from '../../config/environment.config.js';
import type { Environment } from '../../config/environment.js';
import { BearerGuard } from './bearer.guard.js';

/** Serves metrics if MCP_METRICS is true. */
@Module({
  imports: [
    ConditionalModule.registerWhen(
      McpMetricsModule.forRootAsync({
        inject: [environmentConfig.KEY],
        useFactory: ({ MCP_METRICS_TOKEN: token }: Environment) => ({
          guards: token === undefined ? [] : [new BearerGuard(token)],
        }),
      }),
      ({ MCP_METRICS }) => MCP_METRICS === 'true',
      { debug: false },
    ),
  ],
})
export class MetricsModule {}
