import { afterAll, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ModernWireClient } from '../clients/modern-wire-client.js';
import { connectSdkClient, connectSdkHttpClient } from '../clients/sdk-client.js';
import { HttpWireClient } from '../clients/http-wire-client.js';
import { send, WireClient } from '../clients/wire-client.js';
import { startTypeScript, type ChildApplication } from '../fixtures/child-application.js';
import type { ExportedSpan } from '../fixtures/traced/start-traced.js';

// Processes take their time to start on a machine that is busy.
jest.setTimeout(120_000);

const [SERVER, CLIENT, ERROR] = [1, 2, 2];
const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';
const SPAN = '00f067aa0ba902b7';
const OTHER_TRACE = '0af7651916cd43dd8448eb211c80319c';
const OTHER_SPAN = 'b7ad6b7169203331';
const traceparent = `00-${TRACE}-${SPAN}-01`;

let running: ChildApplication;

async function spans(): Promise<ExportedSpan[]> {
  const { body } = await send(`${running.url}/spans`, { method: 'GET' });
  return JSON.parse(body) as ExportedSpan[];
}

/** The first span that fits, once it has ended: another process tells nobody of it. */
async function spanOf(fits: (span: ExportedSpan) => boolean): Promise<ExportedSpan> {
  for (;;) {
    const span = (await spans()).find(fits);
    if (span) return span;
  }
}

const named = (name: string) => spanOf((span) => span.name === name);
const byId = (id: string | undefined) => spanOf((span) => span.id === id);

describe.each(['express', 'fastify'])(
  'traces of an application whose HTTP is instrumented, on %s',
  (adapter) => {
    beforeAll(async () => {
      running = await startTypeScript('test/fixtures/traced/main.ts', { env: { ADAPTER: adapter } });
    });

    beforeEach(() => send(`${running.url}/spans`, { method: 'DELETE' }));

    afterAll(() => running.stop());

    it("lead from the SDK's client over HTTP+SSE through a tool to what that calls", async () => {
      const client = await connectSdkClient(`${running.url}/sse`);
      await client.callTool({ name: 'fetch', _meta: { traceparent } });
      const call = await named('tools/call fetch');
      expect([call.kind, call.trace, call.parent]).toEqual([SERVER, TRACE, SPAN]);
      const outgoing = await spanOf(({ kind, parent }) => kind === CLIENT && parent === call.id);
      expect(outgoing).toMatchObject({ trace: TRACE, name: 'GET' });
      const upstream = await spanOf(({ parent }) => parent === outgoing.id);
      expect(upstream).toMatchObject({ trace: TRACE, kind: SERVER });

      await client.close();
      const [post, stream] = await Promise.all(call.links.map(byId));
      expect(post!.attributes['http.request.method'] ?? post!.attributes['http.method']).toBe('POST');
      expect(stream!.attributes['http.request.method'] ?? stream!.attributes['http.method']).toBe('GET');
    });

    it('lead there over Streamable HTTP too, with the POST as the only other span', async () => {
      const client = await connectSdkHttpClient(`${running.url}/mcp`);
      await client.callTool({ name: 'fetch', _meta: { traceparent } });
      const call = await named('tools/call fetch');
      expect([call.trace, call.parent, call.links.length]).toEqual([TRACE, SPAN, 1]);
      expect(await spanOf(({ parent }) => parent === call.id)).toMatchObject({ kind: CLIENT, trace: TRACE });
      await client.close();
    });

    it('begin at the POST if the message names no parent', async () => {
      const client = await HttpWireClient.connect(`${running.url}/mcp`);
      await client.post(
        { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'fetch' } },
        { traceparent },
      );
      const call = await named('tools/call fetch');
      const post = await byId(call.parent);
      expect([post.trace, post.parent, call.trace, call.links]).toEqual([TRACE, SPAN, TRACE, []]);
    });

    it('say on the span of a refused POST what its headers asked for', async () => {
      const refused = async (method: string, name: string) => {
        const headers = { 'mcp-session-id': 'unknown', 'mcp-method': method, 'mcp-name': name };
        const { status } = await send(`${running.url}/mcp`, {
          headers: { 'content-type': 'application/json', ...headers },
          body: '{}',
        });
        expect(status).toBe(404);
        const { attributes } = await spanOf((span) => span.attributes['mcp.method.name'] === method);
        return attributes;
      };
      expect(await refused('tools/call', 'fetch')).toMatchObject({ 'gen_ai.tool.name': 'fetch' });
      expect(await refused('resources/read', 'items://7')).toMatchObject({ 'mcp.resource.uri': 'items://7' });
      expect(await refused('invented', 'x')).not.toHaveProperty('gen_ai.tool.name');
    });
  },
);

describe('traces of an application whose HTTP is not instrumented', () => {
  beforeAll(async () => {
    running = await startTypeScript('test/fixtures/traced/main.ts', { env: { WITHOUT_HTTP: '1' } });
  });

  beforeEach(() => send(`${running.url}/spans`, { method: 'DELETE' }));

  afterAll(() => running.stop());

  it('begin with the parent in the header of the POST, unless the message names another', async () => {
    const client = await HttpWireClient.connect(`${running.url}/mcp`);
    const post = (id: number, method: string, params?: object) =>
      client.post({ jsonrpc: '2.0', id, method, params }, { traceparent });
    await post(1, 'tools/list');
    expect(await named('tools/list')).toMatchObject({ trace: TRACE, parent: SPAN, links: [] });
    await post(2, 'ping', { _meta: { traceparent: `00-${OTHER_TRACE}-${OTHER_SPAN}-01` } });
    expect(await named('ping')).toMatchObject({ trace: OTHER_TRACE, parent: OTHER_SPAN });
    for (const meta of [{ traceparent: 'none' }, { traceparent: { text: 1 }, baggage: [{}] }, 'text', null])
      await post(3, 'prompts/list', { _meta: meta });
    const ill = (await spans()).filter(({ name }) => name === 'prompts/list');
    expect(ill.map(({ parent }) => parent)).toEqual([SPAN, SPAN, SPAN, SPAN]);
  });

  it('follow the conventions of MCP, and never contain the session id', async () => {
    const client = await WireClient.connect(`${running.url}/sse`);
    await client.initialize();
    await client.callTool('call-1', 'fetch');
    const { attributes } = await named('tools/call fetch');
    expect(attributes).toEqual({
      'mcp.method.name': 'tools/call',
      'mcp.session.id': expect.stringMatching(/^[0-9a-f]{16}$/),
      'mcp.protocol.version': '2024-11-05',
      'jsonrpc.request.id': 'call-1',
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'fetch',
      'network.transport': 'tcp',
      'network.protocol.name': 'http',
      'network.protocol.version': '1.1',
      'client.address': expect.stringMatching(/127\.0\.0\.1$/),
    });
    await client.call(2, 'prompts/get', { name: 'ask' });
    expect((await named('prompts/get ask')).attributes).toMatchObject({ 'gen_ai.prompt.name': 'ask' });
    await client.call(3, 'resources/read', { uri: 'items://7' });
    expect((await named('resources/read')).attributes).toMatchObject({ 'mcp.resource.uri': 'items://7' });
    client.close();
  });

  it('name the tool called by call_tool, and say what it came by', async () => {
    const client = await HttpWireClient.connect(`${running.url}/mcp`);
    await client.call(1, 'tools/call', { name: 'call_tool', arguments: { name: 'fetch' } });
    const { attributes } = await named('tools/call fetch');
    expect(attributes).toMatchObject({ 'gen_ai.tool.name': 'fetch', 'mcp.tool.via': 'call_tool' });
  });

  it('begin with the parent of `_meta` where there is no session, and have no session id', async () => {
    const client = new ModernWireClient(`${running.url}/mcp`);
    const meta = { traceparent, tracestate: 'vendor=1', baggage: 'user=ada' };
    await client.call('tools/call', { name: 'fetch', _meta: meta });
    const call = await named('tools/call fetch');
    expect(call).toMatchObject({ kind: SERVER, trace: TRACE, parent: SPAN, links: [] });
    expect(call.attributes).toEqual({
      'mcp.method.name': 'tools/call',
      'mcp.protocol.version': '2026-07-28',
      'jsonrpc.request.id': '1',
      'gen_ai.operation.name': 'execute_tool',
      'gen_ai.tool.name': 'fetch',
      'network.transport': 'tcp',
      'network.protocol.name': 'http',
      'network.protocol.version': '1.1',
      'client.address': expect.stringMatching(/127\.0\.0\.1$/),
    });
  });

  it('say how a request failed', async () => {
    const client = await WireClient.connect(`${running.url}/sse`);
    await client.callTool(1, 'fail');
    const failed = await named('tools/call fail');
    expect([failed.status.code, failed.attributes['error.type']]).toEqual([ERROR, 'tool_error']);
    expect(failed.events).toEqual(['exception']);
    await client.callTool(2, 'unknown-of-a-client');
    const unknown = await named('tools/call');
    expect(unknown.status).toEqual({ code: ERROR, message: expect.stringContaining('Unknown tool') });
    expect(unknown.attributes).toMatchObject({
      'error.type': '-32602',
      'rpc.response.status_code': '-32602',
      'gen_ai.tool.name': 'unknown-of-a-client',
    });
    await client.call(3, 'invented/by-a-client');
    expect((await named('(unknown)')).attributes['error.type']).toBe('-32601');
    await client.post({ jsonrpc: '2.0', id: 4, method: 'tools/call', params: { name: 'wait' } });
    await client.post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 4 } });
    expect((await named('tools/call wait')).attributes['error.type']).toBe('cancelled');
    client.close();
  });
});
