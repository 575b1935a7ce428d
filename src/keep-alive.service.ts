import type { Server } from 'node:http';
import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

/** Time for clients to read their last responses once the streams have ended. */
const FAREWELL_MS = 2_000;

/** Sets how long HTTP connections stay open. */
@Injectable()
export class KeepAliveService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(private readonly adapterHost: HttpAdapterHost) {}

  /**
   * Proxies reuse idle connections, often for 60 s. If the server closed them first, a POST that a proxy sends at that
   * moment would be lost.
   */
  onApplicationBootstrap(): void {
    if (!this.server) return;
    this.server.keepAliveTimeout = 75_000;
    this.server.headersTimeout = 80_000;
    // Fastify sets no limit by default.
    this.server.requestTimeout = 120_000;
  }

  /** A closing server waits for every connection, even those that browsers open in advance and never use. */
  beforeApplicationShutdown(): void {
    setTimeout(() => this.server?.closeAllConnections(), FAREWELL_MS).unref();
  }

  /** Undefined over stdio. */
  private get server(): Server | undefined {
    return this.adapterHost.httpAdapter?.getHttpServer() as Server | undefined;
  }
}
