import { expect, it } from '@jest/globals';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Counter, Registry } from 'prom-client';
import { McpConfigurationError } from 'nestjs-mcp-sse';
import { McpMetricsModule } from 'nestjs-mcp-sse/metrics';
import { McpTraffic } from '../../libs/mcp-sse/src/observability/mcp-traffic.js';
import { send, WireClient } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { appPerTest } from '../fixtures/app-per-test.js';
import { WrapEverything } from '../fixtures/corporate/wrapping.interceptors.js';
import { Scrape } from '../fixtures/scrape.js';

@Injectable()
class Tokens {
  readonly valid = 'Bearer for-prometheus';
}

@Injectable()
class TokenGuard implements CanActivate {
  constructor(private readonly tokens: Tokens) {}

  canActivate(context: ExecutionContext): boolean {
    const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string> }>();
    return headers['authorization'] === this.tokens.valid;
  }
}

describeOnAdapters('the route of metrics', (adapter) => {
  const { start } = appPerTest(adapter);

  const get = (url: string, headers?: Record<string, string>) => send(url, { method: 'GET', headers });

  it('has the content type that Prometheus expects, even if the application wraps responses', async () => {
    const { url } = await start({
      imports: [McpMetricsModule.forRoot()],
      configure: (app) => void app.useGlobalInterceptors(new WrapEverything()),
    });
    const { headers, body } = await get(`${url}/metrics`);
    expect(headers['content-type']).toMatch(/^text\/plain;.*version=0\.0\.4/);
    expect(body).toMatch(/^# HELP mcp_/);
  });

  it.each<[string, Record<string, string>]>([
    ['came through a proxy', { 'x-forwarded-for': '203.0.113.1' }],
    ['came through a proxy that sends Forwarded', { forwarded: 'for=203.0.113.1' }],
    ['names another host', { host: 'metrics.evil.example' }],
    ['comes from a page of another origin', { origin: 'http://evil.example' }],
  ])('refuses a request that %s', async (_, headers) => {
    const { url } = await start({ imports: [McpMetricsModule.forRoot()] });
    expect((await get(`${url}/metrics`, headers)).status).toBe(403);
    expect((await get(`${url}/metrics`)).status).toBe(200);
  });

  it('serves those whom its guards admit, from any address', async () => {
    const { url } = await start({
      imports: [McpMetricsModule.forRoot({ guards: [TokenGuard] })],
      providers: [Tokens, TokenGuard],
    });
    expect((await get(`${url}/metrics`)).status).toBe(403);
    const headers = { authorization: 'Bearer for-prometheus', 'x-forwarded-for': '203.0.113.1' };
    expect((await Scrape.of(url, headers)).sum('mcp_sessions_open')).toBe(0);
  });

  it('is served at the path of the options', async () => {
    const { url } = await start({ imports: [McpMetricsModule.forRoot({ path: 'internal/metrics' })] });
    expect((await get(`${url}/metrics`)).status).toBe(404);
    expect((await get(`${url}/internal/metrics`)).status).toBe(200);
  });

  it('serves a registry of the application with its other metrics, or leaves that to the application', async () => {
    const registry = new Registry();
    new Counter({ name: 'own_total', help: 'of the application', registers: [registry] }).inc();
    const served = await start({ imports: [McpMetricsModule.forRoot({ registry })] });
    expect((await Scrape.of(served.url)).sum('own_total')).toBe(1);
    const unserved = await start({ imports: [McpMetricsModule.forRoot({ registry, path: false })] });
    expect((await get(`${unserved.url}/metrics`)).status).toBe(404);
    const client = await WireClient.connect(`${unserved.url}/sse`);
    expect(new Scrape(await registry.metrics()).sum('mcp_sessions_open', { transport: 'sse' })).toBe(1);
    client.close();
  });

  it('removes a closed application from a registry that others share', async () => {
    const registry = new Registry();
    const ended = await start({ imports: [McpMetricsModule.forRoot({ registry })] });
    expect(await registry.metrics()).toContain('mcp_sessions_max{server="test"}');
    await ended.close();
    expect(await registry.metrics()).not.toContain('mcp_sessions_max{server="test"}');
  });

  it('stops the boot if nobody could read the metrics', async () => {
    const booting = start({ imports: [McpMetricsModule.forRoot({ path: false })] });
    await expect(booting).rejects.toThrow(McpConfigurationError);
  });

  it('stops the boot if its path is invalid', async () => {
    const booting = start({ imports: [McpMetricsModule.forRoot({ path: '*' })] });
    await expect(booting).rejects.toThrow('"path" is "*"');
  });

  it('accepts asynchronous options', async () => {
    const { url } = await start({
      imports: [McpMetricsModule.forRootAsync({ useFactory: async () => ({ path: 'late' }) })],
    });
    expect((await get(`${url}/late`)).body).toContain('mcp_sessions_open{server="test",transport="sse"} 0');
    expect((await get(`${url}/metrics`)).status).toBe(404);
  });

  it('adds no observer of messages if it is not imported', async () => {
    const { app } = await start({});
    expect(app.get(McpTraffic, { strict: false }).messages).toBeUndefined();
  });
});
