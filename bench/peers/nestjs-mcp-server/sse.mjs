/** @nestjs-mcp/server over HTTP+SSE. */
import 'reflect-metadata';
import { McpModule, Resolver, Tool } from '@nestjs-mcp/server';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { z } from 'zod';
import { COUNT, ECHO, FILLERS } from '../../dist/bench/contract/tools.js';
import { addMethods, decorateMethod } from '../decorate.mjs';
import { reportProgress } from '../report-progress.mjs';
import { shapesOf } from '../shapes.mjs';
import { text } from '../text.mjs';

class BenchTools {
  echo({ message }) {
    return text(message);
  }

  count(extra) {
    return reportProgress(extra);
  }
}

const shapes = shapesOf(z);
decorateMethod(BenchTools, 'echo', Tool({ ...ECHO, paramsSchema: shapes.echo }));
decorateMethod(BenchTools, 'count', Tool(COUNT));
addMethods(BenchTools, FILLERS, (feature) => Tool({ ...feature, paramsSchema: shapes.filler }), text);
Resolver()(BenchTools);

class AppModule {}
Module({
  imports: [McpModule.forRoot({ name: 'nestjs-mcp-server', version: '1.0.0', logging: { enabled: false } })],
  providers: [BenchTools],
})(AppModule);

const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
app.useBodyParser('json', { limit: '4mb' });
await app.listen(process.env.PORT, '127.0.0.1');
