import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer, IncomingMessage, type ServerResponse } from 'node:http';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter, type NestExpressApplication } from '@nestjs/platform-express';
import type { Application, Request, Response } from 'express';
import { WireClient } from '../clients/wire-client.js';
import { textOf } from '../fixtures/app-per-test.js';
import { Greeter } from '../fixtures/greeter.js';
import { testModule } from '../fixtures/start-app.js';

class OwnRequest extends IncomingMessage {}

/** Like an application that needs options of Node's server. */
class OwnServerAdapter extends ExpressAdapter {
  override initHttpServer(): void {
    this.httpServer = createServer({ IncomingMessage: OwnRequest }, this.getInstance());
  }
}

/** Like an application on a platform that runs functions. */
class ServerlessAdapter extends ExpressAdapter {
  override initHttpServer(): void {}

  override close(): Promise<void> {
    return Promise.resolve();
  }
}

describe('requests that Express serves', () => {
  let app: NestExpressApplication;

  const start = async (adapter = new ExpressAdapter(), configure?: () => void) => {
    app = await NestFactory.create<NestExpressApplication>(testModule({ providers: [Greeter] }), adapter, {
      logger: false,
    });
    configure?.();
    await app.listen(0, '127.0.0.1');
    return app.getUrl();
  };

  const greeting = async (url: string) => {
    const client = await WireClient.connect(`${url}/sse`);
    const answer = await client.callTool(1, 'greet', { name: 'Ada' });
    client.close();
    return textOf(answer);
  };

  afterEach(() => app.close());

  it('are created with the prototypes of Express, so that V8 keeps their hidden class', async () => {
    const prototypes = new Set<unknown>();
    const url = await start(undefined, () =>
      app.getHttpServer().prependListener('request', (...pair: [IncomingMessage, ServerResponse]) => {
        for (const each of pair) prototypes.add(Object.getPrototypeOf(each));
      }),
    );

    expect(await greeting(url)).toBe('Hello Ada');
    const { request, response } = app.getHttpAdapter().getInstance() as Record<
      'request' | 'response',
      object
    >;
    const [ofRequests, ofResponses] = prototypes;
    expect(prototypes.size).toBe(2);
    expect(ofRequests).toBe(request);
    expect(ofResponses).toBe(response);
  });

  it('have all members that Express gives them, in the application and in one that it mounts', async () => {
    const describeRequest = (request: Request, response: Response) => {
      const { ip, query, hostname, path } = request;
      response.status(201).json({ ip, query, hostname, path, agent: request.get('user-agent') });
    };
    const url = await start(undefined, () => {
      const mounted = new ExpressAdapter().getInstance<Application>();
      mounted.get('/deep', describeRequest);
      app.use('/own', describeRequest);
      app.use('/mounted', mounted);
    });

    const expected = { ip: '127.0.0.1', query: { a: '1' }, hostname: '127.0.0.1', agent: 'test' };
    for (const [address, path] of [
      ['/own?a=1', '/'],
      ['/mounted/deep?a=1', '/deep'],
    ]) {
      const answer = await fetch(`${url}${address}`, { headers: { 'user-agent': 'test' } });
      expect([answer.status, await answer.json()]).toEqual([201, { ...expected, path }]);
    }
    expect(await greeting(url)).toBe('Hello Ada');
  });

  it('are of the class that the application sets for its server', async () => {
    const seen = new Set<unknown>();
    const url = await start(new OwnServerAdapter(), () =>
      app
        .getHttpServer()
        .prependListener('request', (request: object) => seen.add(Object.getPrototypeOf(request))),
    );

    expect(await greeting(url)).toBe('Hello Ada');
    expect(seen.size).toBe(1);
    expect(seen.has(OwnRequest.prototype)).toBe(true);
  });

  it('work without a Node server if the application has none', async () => {
    app = await NestFactory.create(testModule({}), new ServerlessAdapter(), { logger: false });
    await expect(app.init()).resolves.toBe(app);
  });
});
