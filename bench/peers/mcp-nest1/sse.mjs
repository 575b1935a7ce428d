/** @rekog/mcp-nest 1.x over HTTP+SSE. */
import 'reflect-metadata';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { McpModule, McpTransportType, Tool } from '@rekog/mcp-nest';
import { z } from 'zod';
import { COUNT, COUNTED, ECHO, FILLERS, PROGRESS_EVENTS } from '../../dist/bench/contract/tools.js';
import { addMethods, decorateMethod } from '../decorate.mjs';
import { shapesOf } from '../shapes.mjs';
import { text } from '../text.mjs';

class BenchTools {
  echo({ message }) {
    return text(message);
  }

  async count(_args, context) {
    for (let progress = 1; progress <= PROGRESS_EVENTS; progress++)
      await context.reportProgress({ progress, total: PROGRESS_EVENTS });
    return text(COUNTED);
  }
}

const shapes = shapesOf(z);
const filler = z.object(shapes.filler);
decorateMethod(BenchTools, 'echo', Tool({ ...ECHO, parameters: z.object(shapes.echo) }));
decorateMethod(BenchTools, 'count', Tool({ ...COUNT, parameters: z.object({}) }));
addMethods(BenchTools, FILLERS, (feature) => Tool({ ...feature, parameters: filler }), text);
Injectable()(BenchTools);

class AppModule {}
Module({
  imports: [
    McpModule.forRoot({
      name: 'mcp-nest1',
      version: '1.0.0',
      transport: McpTransportType.SSE,
      logging: false,
    }),
  ],
  providers: [BenchTools],
})(AppModule);

const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
app.useBodyParser('json', { limit: '4mb' });
await app.listen(process.env.PORT, '127.0.0.1');
