import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { request, type IncomingMessage } from 'node:http';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, it } from '@jest/globals';
import { firstValueFrom } from 'rxjs';
import { McpAuditService } from 'nestjs-mcp-sse';
import { McpMetricsModule } from 'nestjs-mcp-sse/metrics';
import { describeOnEveryAdapter } from '../fixtures/adapters.js';
import { appPerTest } from '../fixtures/app-per-test.js';
import type { AppFixture, RunningApp } from '../fixtures/start-app.js';
import { UserGuard } from '../fixtures/user.guard.js';
import { WhoAmI } from '../fixtures/who-am-i.js';

describeOnEveryAdapter('on a Unix socket', (adapter) => {
  const { start } = appPerTest(adapter);
  const folders: string[] = [];

  afterEach(async () => {
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true });
  });

  /** What asks the server by a path in a folder of its own. */
  async function listen(fixture: AppFixture = {}) {
    const folder = await mkdtemp(join(tmpdir(), 'mcp-'));
    folders.push(folder);
    const socketPath = join(folder, 'socket');
    await start({ providers: [WhoAmI], listenOn: socketPath, ...fixture });
    return async (
      path: string,
      headers: Record<string, string> = {},
      body?: object,
    ): Promise<[number, string]> => {
      const asked = request({
        socketPath,
        path,
        agent: false,
        method: body ? 'POST' : 'GET',
        headers: {
          host: 'localhost',
          accept: 'application/json, text/event-stream',
          'content-type': 'application/json',
          ...headers,
        },
      }).end(body && JSON.stringify(body));
      const [response] = (await once(asked, 'response')) as [IncomingMessage];
      const [text] = (await once(response.setEncoding('utf8'), 'data')) as [string];
      response.destroy();
      return [response.statusCode!, text];
    };
  }

  const initialize = {
    jsonrpc: '2.0',
    id: 1,
    method: 'initialize',
    params: { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'test', version: '1' } },
  };

  it('serves without authentication, since only this machine can connect', async () => {
    const ask = await listen({ imports: [McpMetricsModule.forRoot()] });
    expect(await ask('/sse')).toEqual([200, expect.stringContaining('event: endpoint')]);
    expect(await ask('/mcp', {}, initialize)).toEqual([200, expect.stringContaining('"serverInfo"')]);
    expect(await ask('/metrics')).toEqual([200, expect.stringContaining('mcp_sessions_open')]);
  });

  it.each<[string, Record<string, string>]>([
    ['a proxy has marked', { 'x-forwarded-for': '203.0.113.1' }],
    ['names another host', { host: 'mcp.example.com' }],
    ['a page of another origin has sent', { origin: 'https://evil.example' }],
  ])('refuses what %s, without authentication', async (_, headers) => {
    const ask = await listen({ imports: [McpMetricsModule.forRoot()] });
    for (const path of ['/sse', '/metrics']) expect((await ask(path, headers))[0]).toBe(403);
  });

  it('accepts any host with authentication, since a proxy passes it on', async () => {
    const ask = await listen({ options: { guards: [UserGuard] } });
    expect((await ask('/sse', { host: 'mcp.example.com', 'x-forwarded-for': '203.0.113.1' }))[0]).toBe(200);
  });
});

describeOnEveryAdapter('on a TCP socket, a server without authentication', (adapter) => {
  const { start } = appPerTest(adapter);

  /** The refusal of a request whose guards run when the connection has been reset. */
  async function refusalOfReset({ app, port }: RunningApp): Promise<unknown> {
    const refusal = firstValueFrom(app.get(McpAuditService).events$);
    const socket = connect(port, '127.0.0.1');
    socket.write('GET /sse HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n');
    const request = await arrived;
    const closed = new Promise((resolve) => request.socket.once('close', resolve));
    socket.resetAndDestroy();
    await closed;
    proceed();
    return refusal;
  }

  let arrive: (request: IncomingMessage) => void;
  let arrived: Promise<IncomingMessage>;
  let proceed: () => void;

  it('refuses a reset connection, which no longer has an address', async () => {
    arrived = new Promise((resolve) => (arrive = resolve));
    const configure: AppFixture['configure'] = (app) =>
      void app.use((request: IncomingMessage, _response: unknown, next: () => void) => {
        proceed = next;
        request.socket.on('error', () => undefined);
        arrive(request);
      });
    const running = await start({ providers: [WhoAmI], configure });
    expect(await refusalOfReset(running)).toMatchObject({ type: 'denial', status: 403 });
    expect(running.sessions.sessions).toEqual([]);
  });
});
