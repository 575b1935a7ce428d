import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { Server } from 'node:http';
import { HttpAdapterHost } from '@nestjs/core';
import { MCP_OPTIONS, type ResolvedOptions } from '../../model/resolved-options.js';
import { useExpressPrototypes } from '../../nest/express-prototypes.js';
import { lateBodyWatch } from '../../http/unread-body.js';
import { assertComplete, routesOf } from '../routes/routes.js';
import { noteExpressRoutes, prepareExpress, type ExpressApplication } from './express.adapter.js';
import { prepareFastify, type FastifyInstance } from './fastify.adapter.js';

/** Servers that share an adapter share these limits: the shortest one counts for bodies that nobody reads. */
const prepared = new WeakMap<object, { bodyMs: number }>();

/**
 * Prepares the HTTP adapter for our routes as soon as it is set, which is before the application adds middleware.
 */
@Injectable()
export class HttpPreparation implements OnModuleInit {
  constructor(
    private readonly host: HttpAdapterHost,
    @Inject(MCP_OPTIONS) private readonly options: ResolvedOptions,
  ) {
    const { bodyMs } = options.limits;
    host.init$.subscribe(() => {
      // Nest emits this in an application context too, where there is no adapter.
      const httpAdapter = host.httpAdapter as HttpAdapterHost['httpAdapter'] | null;
      if (!httpAdapter) return;
      const shared = prepared.get(httpAdapter);
      if (shared) return void (shared.bodyMs = Math.min(shared.bodyMs, bodyMs));
      const limits = { bodyMs };
      prepared.set(httpAdapter, limits);
      const watchBody = lateBodyWatch(() => limits.bodyMs);
      if (httpAdapter.getType() === 'express')
        prepareExpress(httpAdapter.getInstance<ExpressApplication>(), watchBody);
      else if (httpAdapter.getType() === 'fastify')
        prepareFastify(httpAdapter.getInstance<FastifyInstance>(), watchBody);
    });
  }

  /**
   * By now the adapter has its server, if it creates one, and Nest has registered the routes.
   *
   * @throws {McpConfigurationError} when no endpoint would lead to one of the routes
   */
  onModuleInit(): void {
    const httpAdapter = this.host.httpAdapter as HttpAdapterHost['httpAdapter'] | null;
    if (httpAdapter?.getType() === 'express') {
      const application = httpAdapter.getInstance<ExpressApplication>();
      useExpressPrototypes(httpAdapter.getHttpServer() as Server | undefined, application);
      noteExpressRoutes(application);
    }
    assertComplete(routesOf(this.options));
  }
}
