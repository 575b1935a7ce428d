import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { McpConfigurationError } from 'nestjs-mcp-sse';
import { McpMetricsModule } from 'nestjs-mcp-sse/metrics';
import { Counter, Registry } from 'prom-client';
import { McpTraffic } from '../../libs/mcp-sse/src/observability/mcp-traffic.js';
import { HttpWireClient, rpc } from '../clients/http-wire-client.js';
import { send, WireClient } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { appPerTest } from '../fixtures/app-per-test.js';
import { WrapEverything } from '../fixtures/corporate/wrapping.interceptors.js';
import { ifInstalled } from '../fixtures/if-installed.js';
import { metered } from '../fixtures/metered.js';
import { Scrape } from '../fixtures/scrape.js';

const call = (name: string, id: unknown = name) => rpc(id, 'tools/call', { name });

/** What promtool has against a scrape. */
function complaints(text: string): Promise<string> {
  return new Promise((resolve) => {
    const child = execFile('promtool', ['check', 'metrics'], (error, stdout, stderr) =>
      resolve([error?.message, stdout, stderr].filter(Boolean).join('\n')),
    );
    child.stdin!.end(text);
  });
}

describe('metrics', () => {
  const { start } = appPerTest();

  /** Three clients of each transport at once, and what they sent and read. */
  async function load(url: string, rounds: number) {
    const totals = { posts: 0, sentBytes: 0, read: [] as string[] };
    const sse = async () => {
      const client = await WireClient.connect(`${url}/sse`);
      for (let round = 0; round < rounds; round++)
        for (const message of [
          call('work', round),
          call('fail', `f${round}`),
          call(randomUUID(), `u${round}`),
        ]) {
          totals.sentBytes += JSON.stringify(message).length;
          totals.posts++;
          await client.post(message);
          await client.answer((message as { id: unknown }).id);
        }
      totals.read.push(...client.events.filter(({ event }) => event === 'message').map(({ data }) => data!));
      client.close();
    };
    const http = async () => {
      const client = await HttpWireClient.connect(`${url}/mcp`);
      for (let round = 0; round < rounds; round++)
        for (const message of [
          call('work', round),
          call('fail', `f${round}`),
          call(randomUUID(), `u${round}`),
        ])
          await client.post(message);
      await client.delete();
    };
    await Promise.all([sse(), sse(), sse(), http(), http(), http()]);
    return totals;
  }

  it('count what clients of both transports sent, and how it ended', async () => {
    const { url } = await start(metered());
    const sent = await load(url, 10);
    const scrape = await Scrape.of(url);

    const outcomes = (labels: object) =>
      Object.fromEntries(
        scrape
          .of('mcp_requests_total', { server: 'test', ...labels })
          .map(({ labels: { outcome }, value }) => [outcome, value]),
      );
    expect(outcomes({ method: 'tools/call', name: 'work' })).toEqual({ ok: 60 });
    expect(outcomes({ method: 'tools/call', name: 'fail' })).toEqual({ failed: 60 });
    expect(outcomes({ method: 'tools/call', name: '(unknown)' })).toEqual({ failed: 60 });
    expect(outcomes({ method: 'initialize', name: '' })).toEqual({ ok: 3 });
    expect(scrape.sum('mcp_request_duration_seconds_count')).toBe(183);
    expect(scrape.sum('mcp_request_duration_seconds_bucket', { le: '+Inf', name: 'work' })).toBe(60);

    const bySse = { server: 'test', transport: 'sse' };
    const byHttp = { server: 'test', transport: 'streamable-http' };
    expect(scrape.sum('mcp_sessions_opened_total', bySse)).toBe(3);
    expect(scrape.sum('mcp_sessions_opened_total', byHttp)).toBe(3);
    expect(scrape.sum('mcp_received_messages_total', bySse)).toBe(sent.posts);
    expect(scrape.sum('mcp_received_bytes_total', bySse)).toBe(sent.sentBytes);
    // With "initialize" and "notifications/initialized".
    expect(scrape.sum('mcp_received_messages_total', byHttp)).toBe(sent.posts + 6);
    expect(scrape.sum('mcp_sent_messages_total', bySse)).toBe(sent.read.length);
    expect(scrape.sum('mcp_sent_bytes_total', bySse)).toBe(Buffer.byteLength(sent.read.join('')));
    expect(scrape.sum('mcp_sent_messages_total', byHttp)).toBe(sent.posts + 3);
    expect(scrape.of('mcp_sessions_closed_total', byHttp)).toMatchObject([
      { labels: { reason: 'client-closed' }, value: 3 },
    ]);
  });

  ifInstalled('/usr/bin/promtool', 'prometheus')('for promtool', () => {
    it('are as they should be, under load and after it', async () => {
      const { url } = await start(metered());
      const loading = load(url, 5);
      expect(await complaints((await Scrape.of(url)).text)).toBe('');
      await loading;
      const { text } = await Scrape.of(url);
      expect(await complaints(text)).toBe('');
      expect(await complaints(text.replaceAll('mcp_requests_total', 'mcp_requests'))).toContain('_total');
    });
  });

  it('have as many series as the server has features, whatever clients invent', async () => {
    const { url } = await start(metered());
    const client = await WireClient.connect(`${url}/sse`);
    const names = async () =>
      (await Scrape.of(url))
        .of('mcp_requests_total')
        .map(({ labels }) => `${labels['method']} ${labels['name']}`);
    for (let count = 0; count < 3; count++) {
      const word = randomUUID();
      await client.call(word, `${word}/list`);
      await client.callTool(1, word);
      await client.call(2, 'prompts/get', { name: word });
      await client.call(3, 'resources/read', { uri: `items://${word}` });
      await client.call(4, 'resources/read', { uri: `other://${word}` });
      await client.call(5, 'resources/read', { uri: `items://${word.repeat(400)}` });
      await client.call(6, 'resources/subscribe', { uri: `items://${word}` });
      await client.call(7, 'completion/complete', {
        ref: { type: 'ref/prompt', name: 'ask' },
        argument: { name: word, value: '' },
      });
      await client.call(8, 'completion/complete', {
        ref: { type: 'ref/resource', uri: 'items://{id}' },
        argument: { name: 'id', value: '' },
      });
      await client.call(9, 'completion/complete', { ref: word });
      await client.call(10, 'tools/call', { name: { word } });
    }
    expect(new Set(await names())).toEqual(
      new Set([
        '(unknown) ',
        'tools/call (unknown)',
        'prompts/get (unknown)',
        'resources/read items://{id}',
        'resources/read (unknown)',
        'resources/subscribe items://{id}',
        'completion/complete ask',
        'completion/complete items://{id}',
        'completion/complete (unknown)',
      ]),
    );
    client.close();
  });
});

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

  it('has the content type that Prometheus expects, whatever the application wraps its answers in', async () => {
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
    ['came through a proxy that says so by the standard', { forwarded: 'for=203.0.113.1' }],
    ['names another host', { host: 'metrics.evil.example' }],
    ['comes from a page of another origin', { origin: 'http://evil.example' }],
  ])('refuses a request that %s', async (_, headers) => {
    const { url } = await start({ imports: [McpMetricsModule.forRoot()] });
    expect((await get(`${url}/metrics`, headers)).status).toBe(403);
    expect((await get(`${url}/metrics`)).status).toBe(200);
  });

  it('serves those whom its guards let in, wherever they come from', async () => {
    const { url } = await start({
      imports: [McpMetricsModule.forRoot({ guards: [TokenGuard] })],
      providers: [Tokens, TokenGuard],
    });
    expect((await get(`${url}/metrics`)).status).toBe(403);
    const headers = { authorization: 'Bearer for-prometheus', 'x-forwarded-for': '203.0.113.1' };
    expect((await Scrape.of(url, headers)).sum('mcp_sessions_open')).toBe(0);
  });

  it('is where the options say', async () => {
    const { url } = await start({ imports: [McpMetricsModule.forRoot({ path: 'internal/metrics' })] });
    expect((await get(`${url}/metrics`)).status).toBe(404);
    expect((await get(`${url}/internal/metrics`)).status).toBe(200);
  });

  it("serves a registry of the application's with what else is in it, or leaves that to the application", async () => {
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

  it('shows an application no more that has ended, in a registry that others go on with', async () => {
    const registry = new Registry();
    const ended = await start({ imports: [McpMetricsModule.forRoot({ registry })] });
    expect(await registry.metrics()).toContain('mcp_sessions_max{server="test"}');
    await ended.close();
    expect(await registry.metrics()).not.toContain('mcp_sessions_max{server="test"}');
  });

  it('stops the boot when nobody could read them', async () => {
    const booting = start({ imports: [McpMetricsModule.forRoot({ path: false })] });
    await expect(booting).rejects.toThrow(McpConfigurationError);
  });

  it('stops the boot when its path is none', async () => {
    const booting = start({ imports: [McpMetricsModule.forRoot({ path: '*' })] });
    await expect(booting).rejects.toThrow('"path" is "*"');
  });

  it('takes options that are known late', async () => {
    const { url } = await start({
      imports: [McpMetricsModule.forRootAsync({ useFactory: async () => ({ path: 'late' }) })],
    });
    expect((await get(`${url}/late`)).body).toContain('mcp_sessions_open{server="test",transport="sse"} 0');
    expect((await get(`${url}/metrics`)).status).toBe(404);
  });

  it('costs messages nothing but a look where there is none', async () => {
    const { app } = await start({});
    expect(app.get(McpTraffic, { strict: false }).messages).toBeUndefined();
  });
});
