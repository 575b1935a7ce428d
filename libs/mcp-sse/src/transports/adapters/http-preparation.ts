import { Inject, Injectable, type OnModuleInit } from '@nestjs/common';
import type { Server } from 'node:http';
import { HttpAdapterHost, type AbstractHttpAdapter } from '@nestjs/core';
import { MCP_OPTIONS, type ResolvedOptions } from '../../model/resolved-options.js';
import { adapterOf, whenAdapterIsSet } from '../../nest/adapter-host.js';
import { useExpressPrototypes } from '../../nest/express-prototypes.js';
import { lateBodyWatch, type WatchBody } from '../../http/unread-body.js';
import { assertComplete, routesOf } from '../routes/routes.js';
import { noteExpressRoutes, prepareExpress, type ExpressApplication } from './express.adapter.js';
import { prepareFastify, type FastifyInstance } from './fastify.adapter.js';
import { prepareOther } from './other.adapter.js';

interface Prepared {
  /** Servers that share an adapter share these limits: the shortest one counts for bodies that nobody reads. */
  bodyMs: number;
  /** To be called when the adapter has its server, if it creates one, and Nest has registered the routes. */
  readonly complete: () => void | Promise<void>;
}

const prepared = new WeakMap<object, Prepared>();

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
    whenAdapterIsSet(host, (adapter) => {
      const shared = prepared.get(adapter);
      if (shared) shared.bodyMs = Math.min(shared.bodyMs, bodyMs);
      else prepared.set(adapter, prepare(adapter, bodyMs));
    });
  }

  /** @throws {McpConfigurationError} when no endpoint would lead to one of the routes, or the adapter cannot serve them */
  async onModuleInit(): Promise<void> {
    const adapter = adapterOf(this.host);
    if (adapter) await prepared.get(adapter)!.complete();
    assertComplete(routesOf(this.options));
  }
}

function prepare(adapter: AbstractHttpAdapter, bodyMs: number): Prepared {
  const watchBody = lateBodyWatch(() => preparation.bodyMs);
  const preparation = { bodyMs, complete: completing(adapter, watchBody) };
  return preparation;
}

/** Prepares an adapter. @returns what completes that */
function completing(adapter: AbstractHttpAdapter, watchBody: WatchBody): Prepared['complete'] {
  switch (adapter.getType()) {
    case 'express': {
      const application = adapter.getInstance<ExpressApplication>();
      prepareExpress(application, watchBody);
      return () => {
        useExpressPrototypes(adapter.getHttpServer() as Server | undefined, application);
        noteExpressRoutes(application);
      };
    }
    case 'fastify':
      prepareFastify(adapter.getInstance<FastifyInstance>(), watchBody);
      return () => undefined;
    default:
      return prepareOther(adapter, watchBody);
  }
}
