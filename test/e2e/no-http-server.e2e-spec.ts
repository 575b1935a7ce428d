import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { expect, it } from '@jest/globals';
import type { INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Transport } from '@nestjs/microservices';
import { serveStdio } from 'nestjs-mcp-sse';
import { initialize } from '../clients/http-wire-client.js';
import { freePort } from '../fixtures/free-port.js';
import { GREET, GREETED, Greeter } from '../fixtures/greeter.js';
import { MemoryLog } from '../fixtures/memory-log.js';
import { testModule } from '../fixtures/start-app.js';

const module = () => testModule({ providers: [Greeter] });

it.each<[string, (logger: MemoryLog) => Promise<INestApplicationContext>]>([
  ['an application context', (logger) => NestFactory.createApplicationContext(module(), { logger })],
  [
    'a microservice',
    async (logger) => {
      const options = { host: '127.0.0.1', port: await freePort() };
      const app = await NestFactory.createMicroservice(module(), {
        transport: Transport.TCP,
        options,
        logger,
      });
      await app.listen();
      return app;
    },
  ],
])('%s serves by stdio, and says that it has no HTTP server', async (_what, start) => {
  const log = new MemoryLog();
  const app = await start(log);
  const [input, output] = [new PassThrough(), new PassThrough()];
  const answers = text(output);
  const initialized = { jsonrpc: '2.0', method: 'notifications/initialized' };
  input.end([initialize(), initialized, GREET].map((message) => `${JSON.stringify(message)}\n`).join(''));
  await serveStdio(app, { input, output });
  output.end();
  expect(
    (await answers)
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line)),
  ).toContainEqual(GREETED);
  await app.close();
  expect(log.lines.join('\n')).toContain('no HTTP server: MCP is served by serveStdio() alone');
});
