import type { Server } from 'node:http';
import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';

/** Says how long idle connections are kept for the next request. */
@Injectable()
export class KeepAliveService implements OnApplicationBootstrap {
  constructor(private readonly adapterHost: HttpAdapterHost) {}

  /**
   * A proxy reuses idle connections, often for 60 s. Were they closed here first, it would lose the POSTs that
   * it sends at that moment.
   */
  onApplicationBootstrap(): void {
    this.server.keepAliveTimeout = 75_000;
    this.server.headersTimeout = 80_000;
  }

  private get server(): Server {
    return this.adapterHost.httpAdapter.getHttpServer() as Server;
  }
}
