import type { Server } from 'node:http';
import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

/** How long clients have to read their last answers once the streams have ended. */
const FAREWELL_MS = 2_000;

/** Says how long connections are kept. */
@Injectable()
export class KeepAliveService implements OnApplicationBootstrap, BeforeApplicationShutdown {
  constructor(private readonly adapterHost: HttpAdapterHost) {}

  /**
   * A proxy reuses idle connections, often for 60 s. Were they closed here first, it would lose the POSTs that
   * it sends at that moment.
   */
  onApplicationBootstrap(): void {
    if (!this.server) return;
    this.server.keepAliveTimeout = 75_000;
    this.server.headersTimeout = 80_000;
    // Fastify lets requests take for ever, whatever they are for.
    this.server.requestTimeout = 120_000;
  }

  /** A closing server waits for every connection, those that browsers open in advance and never use too. */
  beforeApplicationShutdown(): void {
    setTimeout(() => this.server?.closeAllConnections(), FAREWELL_MS).unref();
  }

  /** There is none over stdio. */
  private get server(): Server | undefined {
    return this.adapterHost.httpAdapter?.getHttpServer() as Server | undefined;
  }
}
