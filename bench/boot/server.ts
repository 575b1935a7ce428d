/** The server of the boot check: `node server.js express|fastify with|without` */
import 'reflect-metadata';
import type { Type } from '@nestjs/common';
import { NestFactory, type AbstractHttpAdapter } from '@nestjs/core';

const [adapter, part] = process.argv.slice(2);
const { BootModule } = (await import(`./${part}.module.js`)) as { BootModule: Type };
const httpAdapter = await createAdapter();
performance.mark('create');
const app = await NestFactory.create(BootModule, httpAdapter, { logger: ['error', 'warn'] });
await app.listen(Number(process.env['PORT']), '127.0.0.1');

async function createAdapter(): Promise<AbstractHttpAdapter> {
  if (adapter === 'fastify') return new (await import('@nestjs/platform-fastify')).FastifyAdapter();
  return new (await import('@nestjs/platform-express')).ExpressAdapter();
}
