import { Module, type OnModuleDestroy, type OnModuleInit } from '@nestjs/common';
import { ModulesContainer } from '@nestjs/core';
import { ObservedServer } from '../observability/observed-server.js';
import { openTelemetry } from './opentelemetry.js';
import { ServerTraces } from './server-traces.js';

/**
 * Makes an OpenTelemetry span of each request to the MCP servers of the application. The SDK that the process has
 * registered exports them.
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

  /** @throws {McpConfigurationError} if `@opentelemetry/api` is not installed */
  async onModuleInit(): Promise<void> {
    await openTelemetry.load('McpTracingModule');
    this.servers = ObservedServer.all(this.modules).map((server) => new ServerTraces(server));
  }

  onModuleDestroy(): void {
    for (const server of this.servers) server.stop();
  }
}
