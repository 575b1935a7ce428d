import { afterEach, beforeEach, expect, it } from '@jest/globals';
import {
  Client,
  SSEClientTransport,
  StreamableHTTPClientTransport,
  type FetchLike,
  type Transport,
} from '@modelcontextprotocol/client';
import { Injectable } from '@nestjs/common';
import { McpResource, McpTool, progress } from 'nestjs-mcp-sse';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';

@Injectable()
class Counter {
  private release: () => void = () => undefined;

  /** Ends when `stop` is called, so that its progress is never read together with its result. */
  @McpTool()
  async *count() {
    const released = new Promise<void>((resolve) => (this.release = resolve));
    yield progress(1, 2);
    await released;
    yield 'counted';
  }

  @McpTool()
  stop(): void {
    this.release();
  }

  @McpResource({ uri: 'counter://limit' })
  limit(): object {
    return { limit: 10 };
  }
}

describeOnAdapters('the client of SDK v2, which looks for the newest protocol first,', (adapter) => {
  let running: RunningApp;
  let client: Client;
  /** What the client has posted. */
  let posts: [method: string, status: number][];

  beforeEach(async () => {
    running = await startApp({ adapter, providers: [Counter] });
    posts = [];
  });

  afterEach(async () => {
    await client.close();
    await running.close();
  });

  const recorded: FetchLike = async (url, init) => {
    const response = await fetch(url, init);
    if (typeof init?.body === 'string')
      posts.push([(JSON.parse(init.body) as { method: string }).method, response.status]);
    return response;
  };
  const connect = (transport: Transport) => {
    client = new Client({ name: 'v2', version: '1.0.0' }, { versionNegotiation: { mode: 'auto' } });
    return client.connect(transport);
  };
  const overSse = () => new SSEClientTransport(new URL(`${running.url}/sse`), { fetch: recorded });
  const overHttp = () =>
    new StreamableHTTPClientTransport(new URL(`${running.url}/mcp`), { fetch: recorded });

  it('is told on the stream that there is no server/discover, and initializes on the same session', async () => {
    await connect(overSse());
    expect(posts).toEqual([
      ['server/discover', 202],
      ['initialize', 202],
      ['notifications/initialized', 202],
    ]);
    expect(client.getServerVersion()).toEqual({ name: 'test', version: '1.0.0' });
    expect(running.sessions.sessions).toHaveLength(1);
  });

  it('finds revision 2026-07-28 over Streamable HTTP, and opens no session', async () => {
    await connect(overHttp());
    await client.listTools();
    expect(posts).toEqual([
      ['server/discover', 200],
      ['tools/list', 200],
    ]);
    expect(client.getServerVersion()).toEqual({ name: 'test', version: '1.0.0' });
    expect(running.sessions.sessions).toEqual([]);
  });

  it('initializes over Streamable HTTP where the modern era is turned off', async () => {
    await running.close();
    running = await startApp({ adapter, providers: [Counter], options: { protocol: { modern: false } } });
    await connect(overHttp());
    expect(posts).toEqual([
      ['server/discover', 400],
      ['initialize', 200],
      ['notifications/initialized', 202],
    ]);
    expect(running.sessions.sessions).toHaveLength(1);
  });

  it.each([
    ['SSE', overSse],
    ['Streamable HTTP', overHttp],
  ])('lists and calls tools over %s, with progress, and reads resources', async (_name, transport) => {
    await connect(transport());
    let counted: ReturnType<Client['callTool']>;
    const { tools } = await client.listTools();
    expect(tools.map(({ name }) => name)).toEqual(['count', 'stop']);
    const reported = new Promise((resolve) => {
      counted = client.callTool({ name: 'count' }, { onprogress: resolve });
    });
    expect(await reported).toEqual({ progress: 1, total: 2 });
    await client.callTool({ name: 'stop' });
    expect((await counted!).content).toEqual([{ type: 'text', text: 'counted' }]);
    const { contents } = await client.readResource({ uri: 'counter://limit' });
    expect(contents).toEqual([
      { uri: 'counter://limit', mimeType: 'application/json', text: '{"limit":10}' },
    ]);
  });
});
