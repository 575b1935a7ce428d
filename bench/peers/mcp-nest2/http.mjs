/** @rekog/mcp-nest 2.x over Streamable HTTP, with sessions, and without them for revision 2026-07-28. */
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Ctx, Payload } from '@nestjs/microservices';
import { McpController, McpStrategy, StreamableHttpTransport, Tool } from '@rekog/mcp-nest';
import { z } from 'zod';
import { COUNT, COUNTED, ECHO, FILLERS, PROGRESS_EVENTS } from '../../dist/bench/contract/tools.js';
import { addMethods, decorateMethod } from '../decorate.mjs';
import { shapesOf } from '../shapes.mjs';
import { text } from '../text.mjs';

class BenchTools {
  echo({ message }) {
    return text(message);
  }

  async count(context) {
    for (let progress = 1; progress <= PROGRESS_EVENTS; progress++)
      await context.reportProgress({ progress, total: PROGRESS_EVENTS });
    return text(COUNTED);
  }
}

const shapes = shapesOf(z);
const filler = z.object(shapes.filler);
decorateMethod(BenchTools, 'echo', Tool({ ...ECHO, parameters: z.object(shapes.echo) }), Payload());
decorateMethod(BenchTools, 'count', Tool({ ...COUNT, parameters: z.object({}) }), Ctx());
addMethods(BenchTools, FILLERS, (feature) => Tool({ ...feature, parameters: filler }), text);
McpController()(BenchTools);

class AppModule {}
Module({ controllers: [BenchTools] })(AppModule);

const strategy = new McpStrategy({
  name: 'mcp-nest2',
  version: '1.0.0',
  transports: [new StreamableHttpTransport({ statefulMode: true })],
});
const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
app.useBodyParser('json', { limit: '4mb' });
strategy.setHttpAdapter(app.getHttpAdapter());
app.connectMicroservice({ strategy });
await app.startAllMicroservices();
await app.listen(process.env.PORT, '127.0.0.1');
