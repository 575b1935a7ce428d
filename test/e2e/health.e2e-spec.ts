import { expect, it } from '@jest/globals';
import { Controller, Get, Inject } from '@nestjs/common';
import { HealthCheck, HealthCheckService, TerminusModule, type HealthCheckResult } from '@nestjs/terminus';
import { McpHealthIndicator, mcpHealthIndicatorToken, McpSseModule, memoryCluster } from 'nestjs-mcp-sse';
import { HttpWireClient } from '../clients/http-wire-client.js';
import { send, WireClient } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { appPerTest } from '../fixtures/app-per-test.js';
import { Greeter } from '../fixtures/greeter.js';

@Controller('health')
class HealthController {
  constructor(
    private readonly checks: HealthCheckService,
    private readonly mcp: McpHealthIndicator,
  ) {}

  @Get()
  @HealthCheck()
  ready(): Promise<HealthCheckResult> {
    return this.checks.check([() => this.mcp.isHealthy('mcp')]);
  }
}

const health = { imports: [TerminusModule.forRoot({ logger: false })], controllers: [HealthController] };

describeOnAdapters('the health indicator', (adapter) => {
  const { start } = appPerTest(adapter);
  const probe = async (url: string) => {
    const { status, body } = await send(`${url}/health`, { method: 'GET' });
    return { status, body: JSON.parse(body) as HealthCheckResult };
  };

  it('reports up or down to @nestjs/terminus and any caller, and nothing more', async () => {
    const { url } = await start({ ...health, options: { cluster: memoryCluster() } });
    const client = await WireClient.connect(`${url}/sse`);
    expect(await probe(url)).toEqual({
      status: 200,
      body: { status: 'ok', error: {}, ...twice({ mcp: { status: 'up' } }) },
    });
    client.close();
  });

  it('reports sessions, their limit, queues and replay buffers to code', async () => {
    const { app, url, sessions } = await start({
      ...health,
      providers: [Greeter],
      options: { limits: { maxSessions: 7 }, replay: { maxBytes: 50_000 } },
    });
    const client = await WireClient.connect(`${url}/sse`);
    await HttpWireClient.connect(`${url}/mcp`);
    await client.callTool(1, 'greet', { name: 'Ada' });
    const kept = sessions.list().map(({ outlet }) => outlet.keptBytes);
    const keptBytes = kept.reduce((sum, bytes) => sum + bytes, 0);
    expect(keptBytes).toBeGreaterThan(0);
    expect(app.get(McpHealthIndicator).read()).toEqual({
      status: 'up',
      draining: false,
      sessions: { open: 2, max: 7 },
      requests: { open: 0 },
      events: { queuedBytes: 0, keptBytes, maxBytesPerSession: 50_000 },
    });
    client.close();
  });

  it('reports messages queued for a disconnected client', async () => {
    const { app, url, sessions } = await start(health);
    const http = await HttpWireClient.connect(`${url}/mcp`);
    sessions.notify(http.sessionId, 'notifications/message', { level: 'info', data: 'x'.repeat(1_000) });
    const { queuedBytes } = app.get(McpHealthIndicator).read().events;
    expect(queuedBytes).toBeGreaterThan(1_000);
    expect(sessions.get(http.sessionId)?.queuedBytes).toBe(queuedBytes);
  });

  it('opens no session, however often it is called', async () => {
    const { url, sessions } = await start(health);
    for (let probes = 0; probes < 20; probes++) expect((await probe(url)).status).toBe(200);
    expect(sessions.sessions).toEqual([]);
  });

  it('is down on a node that drains', async () => {
    const { url, sessions } = await start(health);
    sessions.startDraining();
    const { status, body } = await probe(url);
    expect([status, body.status]).toEqual([503, 'error']);
    expect(body.error).toEqual({ mcp: { status: 'down' } });
  });

  it('stays up on a full node, so that its clients keep their sessions', async () => {
    const { app, url } = await start({ ...health, options: { limits: { maxSessions: 1 } } });
    const client = await WireClient.connect(`${url}/sse`);
    expect((await probe(url)).status).toBe(200);
    expect(app.get(McpHealthIndicator).read().sessions).toEqual({ open: 1, max: 1 });
    client.close();
  });

  it('reports whether the cluster is reachable, and stays up if it is not', async () => {
    const cluster = memoryCluster();
    const { app, url } = await start({ ...health, options: { cluster } });
    const indicator = app.get(McpHealthIndicator);
    expect(indicator.read()).toMatchObject({ status: 'up', cluster: 'up' });
    cluster.nodes[0]!.crash();
    expect((await probe(url)).status).toBe(200);
    expect(indicator.read()).toMatchObject({ status: 'up', cluster: 'down' });
  });

  it('is injected by the name of its server if there are several', async () => {
    @Controller('both')
    class BothController {
      constructor(
        @Inject(mcpHealthIndicatorToken('test')) private readonly first: McpHealthIndicator,
        @Inject(mcpHealthIndicatorToken('second')) private readonly second: McpHealthIndicator,
      ) {}

      @Get()
      open(): number[] {
        return [this.first, this.second].map((server) => server.read().sessions.open);
      }
    }
    const { url } = await start({
      imports: [
        McpSseModule.forRoot({
          name: 'second',
          version: '1',
          sse: { path: 'second/sse', messagesPath: 'second/messages' },
          http: { path: 'second/mcp' },
        }),
      ],
      controllers: [BothController],
    });
    const client = await WireClient.connect(`${url}/second/sse`);
    expect(JSON.parse((await send(`${url}/both`, { method: 'GET' })).body)).toEqual([0, 1]);
    client.close();
  });
});

/** Terminus reports all indicators, and those that are up once more. */
function twice(info: object): object {
  return { info, details: info };
}
