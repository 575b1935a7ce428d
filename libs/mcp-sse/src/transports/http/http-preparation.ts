import { Injectable, type OnModuleInit } from '@nestjs/common';
import type { Server } from 'node:http';
import { HttpAdapterHost } from '@nestjs/core';
import { prepareExpress, type ExpressApplication } from './express.adapter.js';
import { makeAsExpressDoes } from './express.server.js';
import { prepareFastify, type FastifyInstance } from './fastify.adapter.js';

/** Several of our servers may share an adapter. */
const prepared = new WeakSet<object>();

/**
 * Prepares the HTTP adapter for our routes as soon as there is one, which is before the application adds its
 * own middleware.
 */
@Injectable()
export class HttpPreparation implements OnModuleInit {
  constructor(private readonly host: HttpAdapterHost) {
    host.init$.subscribe(() => {
      // There is none in an application context, though Nest says that it is set.
      const httpAdapter = host.httpAdapter as HttpAdapterHost['httpAdapter'] | null;
      if (!httpAdapter || prepared.has(httpAdapter)) return;
      prepared.add(httpAdapter);
      if (httpAdapter.getType() === 'express') prepareExpress(httpAdapter.getInstance<ExpressApplication>());
      else if (httpAdapter.getType() === 'fastify')
        prepareFastify(httpAdapter.getInstance<FastifyInstance>());
    });
  }

  /** By now the adapter has its server, if it makes one. */
  onModuleInit(): void {
    const httpAdapter = this.host.httpAdapter as HttpAdapterHost['httpAdapter'] | null;
    if (httpAdapter?.getType() !== 'express') return;
    makeAsExpressDoes(
      httpAdapter.getHttpServer() as Server | undefined,
      httpAdapter.getInstance<ExpressApplication>(),
    );
  }
}
