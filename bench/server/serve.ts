import 'reflect-metadata';
import type { Type } from '@nestjs/common';
import { NestFactory, type AbstractHttpAdapter } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { BenchModule } from './bench.module.js';

const ADAPTERS: Readonly<Record<string, () => AbstractHttpAdapter>> = {
  express: () => new ExpressAdapter(),
  fastify: () => new FastifyAdapter(),
};

/**
 * Serves a module on 127.0.0.1 until the process receives a signal.
 *
 * @param adapter `express` or `fastify`
 * @param port 0 picks a free port
 */
export async function serve(adapter = '', port = 0, module: Type = BenchModule): Promise<void> {
  const create = ADAPTERS[adapter];
  if (!create) throw new TypeError(`Name an adapter: ${Object.keys(ADAPTERS).join(' or ')}.`);
  const app = await NestFactory.create(module, create(), { logger: ['error', 'warn'] });
  await app.listen(port, '127.0.0.1');
}
