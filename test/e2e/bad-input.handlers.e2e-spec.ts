import { describe, expect, it } from '@jest/globals';
import { BadRequestException, Injectable } from '@nestjs/common';
import { JsonRpcError, McpPrompt, McpResource, McpTool } from 'nestjs-mcp-sse';
import { WireClient } from '../clients/wire-client.js';
import { Gate, messagesOf, greeting, runApp } from '../fixtures/bad-input.js';

const SECRET = 'secret-password-of-the-database';

@Injectable()
class Failing {
  @McpResource({ uri: 'broken://resource' })
  brokenResource(): string {
    throw new Error(SECRET);
  }

  @McpPrompt()
  brokenPrompt(): string {
    throw new Error(SECRET);
  }

  @McpTool()
  throws(): string {
    throw new Error(SECRET);
  }

  @McpTool()
  async rejects(): Promise<string> {
    throw new TypeError(SECRET);
  }

  @McpTool()
  throwsText(): string {
    // oxlint-disable-next-line no-throw-literal, only-throw-error
    throw SECRET;
  }

  @McpTool()
  throwsNothing(): string {
    // oxlint-disable-next-line no-throw-literal, only-throw-error
    throw undefined;
  }

  @McpTool()
  async *throwsLater(): AsyncGenerator<string> {
    yield 'first';
    throw new Error(SECRET);
  }

  @McpTool()
  notAwaited(): object {
    return { value: Promise.resolve(1) };
  }

  @McpTool()
  circular(): object {
    const circle: { self?: object } = {};
    circle.self = circle;
    return circle;
  }

  @McpTool()
  function(): unknown {
    return () => SECRET;
  }

  @McpTool()
  badToJson(): object {
    return {
      toJSON() {
        throw new Error(SECRET);
      },
    };
  }

  @McpTool()
  badContent(): object {
    return { content: [{ type: 'text', text: 'a', _meta: { value: 1n } }] };
  }

  @McpTool()
  nothing(): void {}

  @McpTool()
  refuses(): string {
    throw new BadRequestException('The order is closed.');
  }

  @McpTool()
  protocolError(): string {
    throw new JsonRpcError(-32050, 'Out of stock', { sku: 7 });
  }
}

describe('a handler that fails', () => {
  const server = runApp({ providers: [Failing] });
  const CORRELATION_ID = /correlation id ([0-9a-f-]{36})\b/;

  it.each([
    ['throws', 'tools/call', { name: 'throws' }],
    ['rejects', 'tools/call', { name: 'rejects' }],
    ['throws a string', 'tools/call', { name: 'throwsText' }],
    ['throws undefined', 'tools/call', { name: 'throwsNothing' }],
    ['throws after it has emitted', 'tools/call', { name: 'throwsLater' }],
    ['returns a promise within', 'tools/call', { name: 'notAwaited' }],
    ['returns a circle', 'tools/call', { name: 'circular' }],
    ['returns a function', 'tools/call', { name: 'function' }],
    ['returns what throws when it is serialized', 'tools/call', { name: 'badToJson' }],
    ['returns a result that has no JSON', 'tools/call', { name: 'badContent' }],
    ['throws as a resource', 'resources/read', { uri: 'broken://resource' }],
    ['throws as a prompt', 'prompts/get', { name: 'brokenPrompt' }],
  ])('is answered and logged with a correlation id, without internals: %s', async (_what, method, params) => {
    const client = await WireClient.connect(server.url);
    const answer = await client.call(1, method, params);
    const text = JSON.stringify(answer);
    const correlationId = CORRELATION_ID.exec(text)?.[1];
    expect(correlationId).toBeDefined();
    const told = answer['error']?.message ?? answer['result'].content[0].text;
    expect(told).toBe(`Internal error (correlation id ${correlationId})`);
    expect(answer['error']?.code ?? answer['result'].isError).toBe(answer['error'] ? -32603 : true);
    expect(text).not.toMatch(new RegExp(`${SECRET}|BigInt|circular|\\.ts|    at `, 'i'));
    const logged = server.log.errors.filter((entry) => entry.includes(correlationId!));
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain(method);
    expect(await greeting(client)).toBe('Hello Ada');
    client.close();
  });

  it('keeps the message of an HTTP exception', async () => {
    const client = await WireClient.connect(server.url);
    const logged = server.log.errors.length;
    expect((await client.callTool(1, 'refuses')).result).toEqual({
      isError: true,
      content: [{ type: 'text', text: 'The order is closed.' }],
    });
    expect(server.log.errors).toHaveLength(logged);
    client.close();
  });

  it('chooses the error by throwing a protocol error', async () => {
    const client = await WireClient.connect(server.url);
    expect((await client.callTool(1, 'protocolError')).error).toEqual({
      code: -32050,
      message: 'Out of stock',
      data: { sku: 7 },
    });
    client.close();
  });

  it('has an empty result if it returns nothing', async () => {
    const client = await WireClient.connect(server.url);
    expect((await client.callTool(1, 'nothing')).result).toEqual({ content: [] });
    client.close();
  });

  it('gets no answer if it never returns and is cancelled, and frees its id', async () => {
    const client = await WireClient.connect(server.url);
    const session = server.running.sessions.get(await client.sessionId())!;
    const gate = server.running.app.get(Gate);
    for (const id of [0, 'again', 0]) {
      gate.aborted.length = 0;
      await client.post({ jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'never' } });
      await client.next(({ data }) => data!.includes('waiting'));
      expect(session.inFlight).toBe(1);
      const cancelled = { requestId: id, reason: 'test' };
      await client.post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: cancelled });
      expect(session.inFlight).toBe(0);
      expect(gate.aborted).toEqual([id]);
    }
    expect(await client.callTool(0, 'greet', { name: 'Ada' })).toMatchObject({ id: 0, result: {} });
    expect(messagesOf(client).filter((message) => 'id' in message)).toHaveLength(1);
    client.close();
  });

  it('is not answered if it returns after its cancellation, and does not answer its successor', async () => {
    const client = await WireClient.connect(server.url);
    const wait = { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'wait' } };
    await client.post(wait);
    await client.next(({ data }) => data!.includes('waiting'));
    await client.post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } });
    const never = { ...wait, params: { name: 'never' } };
    await client.post(never);
    await client.next(({ data }) => data!.includes('waiting'));
    server.running.app.get(Gate).open();
    expect(await greeting(client)).toBe('Hello Ada');
    expect(messagesOf(client).filter(({ id }) => id === 1)).toEqual([]);
    expect(server.running.sessions.get(await client.sessionId())!.inFlight).toBe(1);
    client.close();
  });

  it.each([
    ['an unknown id', { requestId: 'unknown' }],
    ['no id', {}],
    ['an id that is an object', { requestId: {} }],
  ])('is cancelled by its own id only: not by %s', async (_what, params) => {
    const client = await WireClient.connect(server.url);
    await client.post({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'wait' } });
    await client.next(({ data }) => data!.includes('waiting'));
    const { status } = await client.post({ jsonrpc: '2.0', method: 'notifications/cancelled', params });
    expect(status).toBe(202);
    server.running.app.get(Gate).open();
    expect(await client.answer(1)).toMatchObject({ result: { content: [{ text: 'done' }] } });
    client.close();
  });
});
