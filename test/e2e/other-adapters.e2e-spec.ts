import { afterEach, describe, expect, it, jest } from '@jest/globals';
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { NestFactory } from '@nestjs/core';
import compression from 'compression';
import { McpAuditService, McpConfigurationError, type McpAuditEvent } from 'nestjs-mcp-sse';
import { McpTestClient } from 'nestjs-mcp-sse/testing';
import { HttpWireClient, rpc } from '../clients/http-wire-client.js';
import { RawConnection } from '../clients/raw-connection.js';
import { send, WireClient } from '../clients/wire-client.js';
import { describeOnEveryAdapter } from '../fixtures/adapters.js';
import { appPerTest, textOf } from '../fixtures/app-per-test.js';
import { anError } from '../fixtures/boot-error.js';
import { GREET, GREETED, Greeter } from '../fixtures/greeter.js';
import type { NodeAdapter } from '../fixtures/node-adapter/node-adapter.js';
import { NodeRequest, type NodeRouter } from '../fixtures/node-adapter/node-router.js';
import {
  ClosedAdapter,
  InspectingAdapter,
  ServerlessAdapter,
  WebAdapter,
  WrappingAdapter,
} from '../fixtures/node-adapter/odd-adapters.js';
import { Stage } from '../fixtures/stage.js';
import { testModule, type AppFixture } from '../fixtures/start-app.js';
import { UserGuard } from '../fixtures/user.guard.js';

const JSON_HEADERS = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
const LARGE = 'x'.repeat(200_000);

describeOnEveryAdapter('a server', (adapter) => {
  const { start } = appPerTest(adapter);

  it('takes messages above the limit of the application, with a slash at the end too', async () => {
    const { url } = await start({ providers: [Greeter], options: { http: { stateless: true } } });
    const body = JSON.stringify(rpc(1, 'tools/call', { name: 'greet', arguments: { name: LARGE } }));
    for (const path of ['/mcp', '/mcp/']) {
      const answer = await send(`${url}${path}`, { headers: JSON_HEADERS, body });
      expect([path, answer.status]).toEqual([path, 200]);
      expect(textOf(JSON.parse(answer.body))).toBe(`Hello ${LARGE}`);
    }
  });

  it('reads a body that a parser has left an object for, without having read it', async () => {
    const { url } = await start({
      providers: [Greeter],
      configure: (app) =>
        void app.use((request: { body?: object }, _response: unknown, next: () => void) => {
          // As body-parser 1 does.
          request.body ??= {};
          next();
        }),
    });
    const client = await HttpWireClient.connect(`${url}/mcp`);
    const answer = await client.call(1, 'tools/call', { name: 'greet', arguments: { name: 'Ada' } });
    expect(textOf(answer)).toBe('Hello Ada');
  });

  it('gives the right endpoint to a request that names the whole URL, as to a proxy', async () => {
    const { port } = await start({ configure: (app) => void app.setGlobalPrefix('api') });
    const connection = await RawConnection.open(port);
    await connection.write(
      `GET http://localhost:${port}/api/sse?x=1 HTTP/1.1\r\nHost: localhost:${port}\r\n\r\n`,
    );
    const [, endpoint] = await connection.until(/data: (.*)\?sessionId=/);
    expect(endpoint).toBe('/api/messages');
    connection.close();
  });

  it('sends its events at once through a middleware that compresses', async () => {
    const { url } = await start({
      providers: [Greeter],
      configure: (app) => void app.use(compression({ threshold: 0 })),
    });
    const client = await WireClient.connect(`${url}/sse`, { 'accept-encoding': 'gzip' });
    expect(textOf(await client.callTool(1, 'greet', { name: 'Ada' }))).toBe('Hello Ada');
    client.close();
  });

  it('names the client behind a trusted proxy in the audit trail', async () => {
    const addressOf = async (trustedProxies?: string[]) => {
      const { app, url } = await start({ options: { guards: [UserGuard], trustedProxies } });
      const trail: McpAuditEvent[] = [];
      app.get(McpAuditService).events$.subscribe((event) => trail.push(event));
      await send(`${url}/messages`, {
        headers: { 'x-forwarded-for': '198.51.100.1, 203.0.113.7' },
        body: '{}',
      });
      return trail[0]!.address;
    };
    expect(await addressOf(['127.0.0.0/8'])).toBe('203.0.113.7');
    expect(await addressOf()).toMatch(/127\.0\.0\.1$/);
  });

  it('finishes calls after a stop signal, before it closes', async () => {
    const ignored = () => undefined;
    process.once('SIGTERM', ignored);
    const { app, url } = await start({ providers: [Stage] });
    const stage = app.get(Stage);
    const client = await HttpWireClient.connect(`${url}/mcp`);
    const called = client.call(1, 'tools/call', { name: 'perform' });
    const act = await stage.next();
    process.emit('SIGTERM');
    const closed = app.close();
    act.resolve('done');
    expect(textOf(await called)).toBe('done');
    await closed;
  });

  it('ends its streams after a stop signal, also if the drain fails', async () => {
    process.once('SIGTERM', () => undefined);
    const { app, sessions, url } = await start({});
    const client = await WireClient.connect(`${url}/sse`);
    jest.spyOn(sessions, 'startDraining').mockImplementationOnce(() => {
      throw new Error('It cannot drain.');
    });
    process.emit('SIGTERM');
    await app.close();
    await client.end();
    expect(sessions.list()).toEqual([]);
  });
});

describe('a server on an adapter that decodes paths before it routes', () => {
  const { start } = appPerTest('node');

  it('reads the body of a request for an encoded path itself', async () => {
    const { url } = await start({ providers: [Greeter], options: { http: { stateless: true } } });
    const body = JSON.stringify(rpc(1, 'tools/call', { name: 'greet', arguments: { name: LARGE } }));
    const answer = await send(`${url}/%6dcp`, { headers: JSON_HEADERS, body });
    expect(answer.status).toBe(200);
  });

  it('leaves a path that cannot be decoded to the adapter', async () => {
    const { url } = await start({ providers: [Greeter] });
    expect(await send(`${url}/%E0%A4%A`, { headers: JSON_HEADERS, body: '{}' })).toMatchObject({
      status: 400,
    });
  });
});

describe('an adapter that the library does not know', () => {
  const ends: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });

  const create = async (adapter: NodeAdapter, fixture: AppFixture = {}) => {
    const app = await NestFactory.create(testModule({ providers: [Greeter], ...fixture }), adapter, {
      logger: false,
      abortOnError: false,
    });
    ends.push(() => app.close());
    return app;
  };

  it('may have objects of its own, with those of Node as "raw"', async () => {
    const app = await create(new WrappingAdapter(), {
      options: { oauth: { authorizationServers: ['https://login.example.com'] }, guards: [UserGuard] },
    });
    app.setGlobalPrefix('api');
    app.use((_request: unknown, { raw }: { raw: ServerResponse }, next: () => void) => {
      raw.setHeader('X-Frame-Options', 'DENY');
      next();
    });
    await app.listen(0, '127.0.0.1');
    const url = await app.getUrl();

    const sse = await WireClient.connect(`${url}/api/sse`);
    expect(sse.response.headers['x-frame-options']).toBe('DENY');
    expect(textOf(await sse.callTool(1, 'greet', { name: 'Ada' }))).toBe('Hello Ada');
    sse.close();
    const http = await HttpWireClient.connect(`${url}/api/mcp`);
    expect(await http.call(2, 'tools/call', { name: 'greet', arguments: { name: LARGE } })).toHaveProperty(
      'result.content',
    );
    expect(await send(`${url}/api/mcp`, { headers: JSON_HEADERS, body: '{' })).toMatchObject({ status: 400 });
    const metadata = await send(`${url}/.well-known/oauth-protected-resource/api/mcp`, { method: 'GET' });
    expect(JSON.parse(metadata.body)).toMatchObject({ resource: `${url}/api/mcp` });
    const refused = await send(`${url}/api/mcp`, {
      headers: { ...JSON_HEADERS, host: 'evil.example' },
      body: '{}',
    });
    expect(refused.status).toBe(403);
  });

  it('may be called by another application, below a path of its own', async () => {
    const adapter = new ServerlessAdapter();
    const app = await create(adapter, { options: { http: { stateless: true } } });
    await app.init();
    const router = adapter.getInstance<NodeRouter>();
    const outer = createServer((request: IncomingMessage, response) => {
      const originalUrl = request.url!;
      // As Express does it for an application that it mounts.
      Object.setPrototypeOf(request, NodeRequest.prototype);
      Object.assign(request, { originalUrl, url: originalUrl.replace('/tools', '') });
      router.handle(request as NodeRequest, response);
    });
    await new Promise<void>((resolve) => outer.listen(0, '127.0.0.1', resolve));
    ends.push(() => new Promise((resolve) => outer.close(resolve)));
    const url = `http://127.0.0.1:${(outer.address() as AddressInfo).port}/tools`;

    const body = JSON.stringify(rpc(1, 'tools/call', { name: 'greet', arguments: { name: LARGE } }));
    expect((await send(`${url}/mcp`, { headers: JSON_HEADERS, body })).status).toBe(200);
    const client = await WireClient.connect(`${url}/sse`);
    expect(client.events[0]!.data).toMatch(/^\/tools\/messages\?sessionId=/);
    await client.post(GREET);
    expect(await client.answer(2)).toEqual(GREETED);
    client.close();
  });

  it('may refuse connections as it likes', async () => {
    const app = await create(new InspectingAdapter());
    await app.listen(0, '127.0.0.1');
    const client = await HttpWireClient.connect(`${await app.getUrl()}/mcp`);
    expect(textOf(await client.call(1, 'tools/call', { name: 'greet', arguments: { name: 'Ada' } }))).toBe(
      'Hello Ada',
    );
  });

  it('may have middleware of its own: no request that no client sent gets past the first', async () => {
    const adapter = new WrappingAdapter();
    const reports: string[] = [];
    const app = await create(adapter);
    app.use(({ raw }: { raw: IncomingMessage }, _response: object, next: () => void) => {
      reports.push(raw.url!);
      next();
    });
    const server: Server = adapter.getHttpServer();
    const [handle] = server.listeners('request') as [RequestListener];
    const late: (() => void)[] = [];
    server.removeAllListeners('request');
    server.on('request', (...args) => {
      late.push(() => handle(...args));
    });
    const emit = jest.spyOn(server, 'emit');
    await app.init();
    expect(emit.mock.calls.map(([event]): string => event)).not.toContain('request');
    expect(late).toHaveLength(1);
    late[0]!();
    expect(reports).toEqual([]);
  });

  it('may have no server: a stop signal ends the sessions', async () => {
    const ignored = () => undefined;
    process.once('SIGTERM', ignored);
    const app = await create(new ServerlessAdapter(), { options: { drain: { propagationMs: 0 } } });
    await app.init();
    const client = await McpTestClient.inMemory(app);
    process.emit('SIGTERM');
    await app.close();
    process.removeListener('SIGTERM', ignored);
    await expect(client.listTools()).rejects.toThrow('Not connected');
  });

  it('stops the boot with what to use instead if its requests are not those of Node', async () => {
    const app = await create(new WebAdapter());
    await expect(app.listen(0, '127.0.0.1')).rejects.toEqual(
      anError(McpConfigurationError, 'WebAdapter', "Node's request", 'ExpressAdapter, FastifyAdapter'),
    );
  });

  it('stops the boot with what to use instead if it takes no middleware', async () => {
    const app = await create(new ClosedAdapter());
    await expect(app.listen(0, '127.0.0.1')).rejects.toEqual(
      anError(
        McpConfigurationError,
        'ClosedAdapter',
        'register plugins instead',
        'ExpressAdapter, FastifyAdapter',
      ),
    );
  });
});
