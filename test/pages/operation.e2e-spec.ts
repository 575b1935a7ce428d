import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { McpHealthIndicator, McpSessionService, McpSseModule } from 'nestjs-mcp-sse';
import { send, WireClient } from '../clients/wire-client.js';
import { Capture } from '../fixtures/capture.js';
import { startTypeScript } from '../fixtures/child-application.js';
import { ifInstalled } from '../fixtures/if-installed.js';
import { usePage } from '../fixtures/page.js';
import { Scrape } from '../fixtures/scrape.js';

// Processes take their time to start on a machine that is busy.
jest.setTimeout(120_000);

/** The reader's application. */
const APP_MODULE = `
  import { Module } from '@nestjs/common';
  import { McpSseModule } from 'nestjs-mcp-sse';

  @Module({ imports: [McpSseModule.forRoot({ name: 'own', version: '1.0.0' })] })
  export class AppModule {}
`;

const page = usePage('docs/operation.md');
const get = (url: string, headers?: Record<string, string>) => send(url, { method: 'GET', headers });
/** The server's URL without the path that a test client connects to. */
const rootOf = (url: string | URL) => new URL('/', url).href.slice(0, -1);

describe('the page about operation', () => {
  it('reports the state of a node by probes', async () => {
    const { HealthModule } = await page.import<{ HealthModule: Type }>('health');
    const module = {
      module: class HealthyModule {},
      imports: [McpSseModule.forRoot({ name: 'page', version: '1.0.0' }), HealthModule],
    };
    const mcp = await page.start(module);
    const root = rootOf(mcp.url);
    expect((await get(`${root}/health/live`)).status).toBe(200);
    const { status, body } = await get(`${root}/health/ready`);
    expect([status, JSON.parse(body)]).toMatchObject([200, { info: { mcp: { status: 'up' } } }]);
    const told = mcp.app.get(McpHealthIndicator).read();
    expect(told).toMatchObject({ sessions: { open: 1 } });
    const table = /^\| member(.*?)\n\n/ms.exec(readFileSync('docs/operation.md', 'utf8'))![1]!;
    const documented = [...table.matchAll(/^\| `(\w+)` /gm)].map(([, member]) => member!);
    // The first exists only in a cluster, the second repeats the status.
    expect([...documented, 'draining'].toSorted()).toEqual([...Object.keys(told), 'cluster'].toSorted());
  });

  it('serves metrics to this machine, and lists all of them', async () => {
    expect(page.code('install-metrics')).toBe('npm install prom-client\n');
    const { MeteredModule } = await page.import<{ MeteredModule: Type }>('metrics');
    const mcp = await page.start(MeteredModule);
    const { text } = await Scrape.of(rootOf(mcp.url));
    const exported = [...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name!);
    const table = /^\| metric, each(.*?)\n\n/ms.exec(readFileSync('docs/operation.md', 'utf8'))![1]!;
    const documented = [...table.matchAll(/`(mcp|…)(_\w+)`/g)].map(([, start, rest]) =>
      start === 'mcp' ? `mcp${rest}` : `mcp_sessions${rest}`,
    );
    expect(documented.toSorted()).toEqual(exported.toSorted());
  });

  it('serves metrics to callers with the token', async () => {
    process.env['METRICS_TOKEN'] = 'of-prometheus';
    const { GuardedMetricsModule } = await page.import<{ GuardedMetricsModule: Type }>('metrics-guard');
    const mcp = await page.start(GuardedMetricsModule);
    const root = rootOf(mcp.url);
    expect((await get(`${root}/metrics`)).status).toBe(403);
    expect((await get(`${root}/metrics`, { authorization: 'Bearer of-prometheus' })).status).toBe(200);
    delete process.env['METRICS_TOKEN'];
  });

  it('creates traces with the API alone', async () => {
    expect(page.code('install-tracing')).toBe('npm install @opentelemetry/api\n');
    const { TracedModule } = await page.import<{ TracedModule: Type }>('tracing');
    const mcp = await page.start(TracedModule);
    expect(await mcp.ping()).toEqual({});
  });

  it('logs JSON', async () => {
    expect(page.code('logs')).toContain('ConsoleLogger({ json: true })');
    const main = join(page.folder, 'src', 'main.ts');
    writeFileSync(join(page.folder, 'src', 'app.module.ts'), APP_MODULE);
    const running = await startTypeScript(main);
    try {
      const lines = running.output.join('').trim().split('\n');
      expect(lines.map((line) => JSON.parse(line) as object)).toContainEqual(
        expect.objectContaining({ level: 'warn', message: expect.stringContaining('NO AUTHENTICATION') }),
      );
    } finally {
      await running.stop();
    }
  });

  it('has no block without a test', () => {
    page.code('capture');
    expect(page.untested).toEqual([]);
  });
});

ifInstalled('/usr/bin/tshark', 'tshark')('a capture by the command of the page', () => {
  it('decodes as HTTP with an event stream', async () => {
    const mcp = await page.start(
      {
        module: class CapturedModule {},
        imports: [McpSseModule.forRoot({ name: 'page', version: '1.0.0' })],
      },
      { transport: 'sse' },
    );
    const { port } = new URL(mcp.url);
    const capture = await Capture.start(page.code('capture').replaceAll('3000', port));
    if (!capture.isAllowed)
      return void process.stderr.write(`SKIPPED: tshark may not capture: ${capture.text}\n`);
    try {
      const client = await WireClient.connect(`${rootOf(mcp.url)}/sse`);
      await client.call(1, 'ping');
      const { pathname, search } = new URL(await client.endpoint());
      const endpoint = `${pathname}${search}`;
      // What is decoded of a body is told once it has ended.
      mcp.app.get(McpSessionService).close(await client.sessionId());
      await client.end();
      await capture.until(/\t200\ttext\/event-stream/);
      const lines = capture.text.split('\n').map((line) => line.split('\t'));
      expect(lines).toContainEqual(['GET', '/sse', '', '', '']);
      expect(lines).toContainEqual([
        'POST',
        endpoint,
        '',
        'application/json',
        expect.stringContaining('"ping"'),
      ]);
      expect(lines).toContainEqual(['', '', '202', '', '']);
      const stream = lines.find(([, , , type]) => type?.startsWith('text/event-stream'))!;
      expect(stream[4]).toContain(`data: ${endpoint}`);
      expect(stream[4]).toContain('"id":1,"result":{}');
    } finally {
      await capture.stop();
    }
  });
});
