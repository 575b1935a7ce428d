import { describe, expect, it } from '@jest/globals';
import { Client, type Transport } from '@modelcontextprotocol/client';
import { Injectable } from '@nestjs/common';
import { McpContext, McpCtx, McpSessionService, McpTool, progress } from 'nestjs-mcp-sse';
import { initialize, rpc } from '../clients/http-wire-client.js';
import { LineTransport } from '../clients/line-transport.js';
import { MODERN } from '../clients/modern-client.js';
import { modernRpc } from '../clients/modern-wire-client.js';
import type { AppFixture } from '../fixtures/start-app.js';
import { StdioPerTest } from '../fixtures/stdio-per-test.js';

@Injectable()
class Tools {
  aborted?: Promise<unknown>;

  @McpTool()
  async *count(@McpCtx() ctx: McpContext) {
    yield progress(1, 2);
    yield `${ctx.era} ${ctx.transport} ${ctx.session === undefined}`;
  }

  @McpTool()
  async ask(@McpCtx() ctx: McpContext): Promise<string> {
    const { action } = await ctx.elicit({
      message: 'Sure?',
      requestedSchema: { type: 'object', properties: {} },
    });
    return action;
  }

  @McpTool()
  hang(@McpCtx() { signal }: McpContext): Promise<void> {
    this.aborted = new Promise((resolve) => {
      signal.addEventListener('abort', () => resolve(signal.reason));
    });
    return new Promise((_, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error));
    });
  }
}

describe('serveStdio in the modern era', () => {
  const stdio = new StdioPerTest();
  const serve = (options: AppFixture['options'] = {}, user?: object) =>
    stdio.serve({ providers: [Tools], options }, user);

  it.each([['auto' as const], [{ pin: MODERN }]])(
    'serves the client of SDK v2 in mode %j, with progress and questions',
    async (mode) => {
      await serve();
      const client = new Client(
        { name: 'v2', version: '1.0.0' },
        { capabilities: { elicitation: {} }, versionNegotiation: { mode } },
      );
      client.setRequestHandler('elicitation/create', () => ({ action: 'accept', content: {} }));
      await client.connect(new LineTransport(stdio.output, stdio.input) as Transport);
      const reported: unknown[] = [];
      const counted = await client.callTool(
        { name: 'count' },
        { onprogress: (report) => void reported.push(report) },
      );
      expect(counted.content).toEqual([{ type: 'text', text: 'modern stdio true' }]);
      expect(reported).toEqual([{ progress: 1, total: 2 }]);
      const asked = await client.callTool({ name: 'ask' });
      expect(asked.content).toEqual([{ type: 'text', text: 'accept' }]);
      expect(stdio.app.get(McpSessionService).sessions).toMatchObject([{ protocolVersion: undefined }]);
    },
  );

  it('cancels a request by notifications/cancelled, and does not answer it', async () => {
    await serve();
    const { send, read } = stdio.exchange();
    send(modernRpc(1, 'tools/call', { name: 'hang' }));
    send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1, reason: 'enough' } });
    send(modernRpc(2, 'tools/call', { name: 'count' }));
    expect(await read()).toMatchObject({ id: 2, result: { resultType: 'complete' } });
    expect(await stdio.app.get(Tools).aborted).toMatchObject({ message: 'enough' });
  });

  it('refuses a request whose id is in flight without an answer to the first one', async () => {
    await serve();
    const { send, read } = stdio.exchange();
    send(modernRpc(1, 'tools/call', { name: 'hang' }));
    send(modernRpc(1, 'tools/call', { name: 'count' }));
    expect(await read()).toMatchObject({ id: null, error: { code: -32600 } });
    send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } });
  });

  it('serves the legacy era alone from an initialize on', async () => {
    await serve();
    const { send, read } = stdio.exchange();
    send(modernRpc(1, 'server/discover'));
    expect(await read()).toMatchObject({ id: 1, result: { supportedVersions: [MODERN] } });
    send(initialize());
    expect(await read()).toMatchObject({ result: { protocolVersion: '2025-11-25' } });
    send(modernRpc(2, 'server/discover'));
    expect(await read()).toMatchObject({ id: 2, error: { code: -32601 } });
    send(rpc(3, 'tools/call', { name: 'count' }));
    expect(await read()).toMatchObject({ id: 3, result: { content: [{ text: 'legacy stdio false' }] } });
  });

  it('refuses an unknown version, a missing capability list, a response and a batch', async () => {
    await serve();
    const { send, read } = stdio.exchange();
    const { params } = modernRpc(1, 'tools/list');
    const { _meta: meta } = params;
    const named = 'io.modelcontextprotocol/protocolVersion';
    send({ ...modernRpc(1, 'tools/list'), params: { _meta: { ...meta, [named]: '2099-01-01' } } });
    expect(await read()).toMatchObject({
      id: 1,
      error: { code: -32022, data: { supported: [MODERN], requested: '2099-01-01' } },
    });
    send({ ...modernRpc(2, 'tools/list'), params: { _meta: { [named]: MODERN } } });
    expect(await read()).toMatchObject({ id: 2, error: { code: -32602 } });
    stdio.input.write(`${JSON.stringify([modernRpc(3, 'tools/list')])}\n`);
    expect(await read()).toMatchObject({ id: 3, error: { code: -32600 } });
  });

  it('names the versions that are served to an initialize where the legacy era is turned off', async () => {
    await serve({ protocol: { legacy: false } });
    const { send, read } = stdio.exchange();
    send(initialize());
    expect(await read()).toMatchObject({ error: { code: -32022, data: { supported: [MODERN] } } });
    send(rpc(2, 'tools/list'));
    expect(await read()).toMatchObject({ id: 2, error: { code: -32602 } });
  });

  it('answers limits with a code of the revision', async () => {
    await serve({ limits: { maxInFlightPerPrincipal: 1 } }, { sub: 'ada' });
    const { send, read } = stdio.exchange();
    send(modernRpc(1, 'tools/call', { name: 'hang' }));
    send(modernRpc(2, 'tools/call', { name: 'count' }));
    expect(await read()).toMatchObject({ id: 2, error: { code: -32600 } });
    send({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } });
  });

  it('knows no server/discover where the modern era is turned off', async () => {
    await serve({ protocol: { modern: false } });
    const { send, read } = stdio.exchange();
    send(modernRpc(1, 'server/discover'));
    expect(await read()).toMatchObject({ id: 1, error: { code: -32601 } });
  });
});
