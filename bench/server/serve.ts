import 'reflect-metadata';
import type { Type } from '@nestjs/common';
import { NestFactory, type AbstractHttpAdapter } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { BenchModule } from './bench.module.js';

/** In PEM. */
export interface Certificate {
  readonly key: Buffer;
  readonly cert: Buffer;
}

const ADAPTERS: Readonly<Record<string, (https?: Certificate) => AbstractHttpAdapter>> = {
  express: () => new ExpressAdapter(),
  fastify: (https) => (https ? new FastifyAdapter({ https }) : new FastifyAdapter()),
};

/**
 * Serves a module on 127.0.0.1 until the process receives a signal.
 *
 * @param adapter `express` or `fastify`
 * @param port 0 picks a free port
 * @param tls makes it speak TLS
 */
export async function serve(
  adapter = '',
  port = 0,
  module: Type = BenchModule,
  tls?: Certificate,
): Promise<void> {
  const create = ADAPTERS[adapter];
  if (!create) throw new TypeError(`Name an adapter: ${Object.keys(ADAPTERS).join(' or ')}.`);
  const app = await NestFactory.create(module, create(tls), {
    logger: ['error', 'warn'],
    // Of Express; the adapter of Fastify has it already.
    httpsOptions: tls,
  });
  await app.listen(port, '127.0.0.1');
}
