import { Module, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { ObservedServer } from '../observability/observed-server.js';
import { ServerTraces } from './server-traces.js';

/**
 * Creates an OpenTelemetry span for each request to the application's MCP servers. The SDK that the process has registered
 * exports them; without one nothing is recorded.
 *
 * ```ts
 * @Module({ imports: [McpSseModule.forRoot({ name: 'orders', version: '1.0.0' }), McpTracingModule] })
 * export class AppModule {}
 * ```
 */
@Module({})
export class McpTracingModule implements OnModuleInit, OnModuleDestroy {
  private servers: readonly ServerTraces[] = [];

  constructor(private readonly modules: ModulesContainer) {}

  onModuleInit(): void {
    this.servers = ObservedServer.all(this.modules).map((server) => new ServerTraces(server));
  }

  onModuleDestroy(): void {
    for (const server of this.servers) server.stop();
  }
}
