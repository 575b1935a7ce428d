import type { AbstractHttpAdapter } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import type { Environment } from './environment.js';

export function httpAdapter({ HTTP_ADAPTER }: Environment): AbstractHttpAdapter {
  return HTTP_ADAPTER === 'fastify' ? new FastifyAdapter() : new ExpressAdapter();
}
