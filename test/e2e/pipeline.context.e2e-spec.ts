import { expect, it } from '@jest/globals';
import { AsyncLocalStorage } from 'node:async_hooks';
import type { IncomingMessage, ServerResponse } from 'node:http';
import {
  ForbiddenException,
  Injectable,
  Scope,
  UseGuards,
  UseInterceptors,
  type CallHandler,
  type ExecutionContext,
} from '@nestjs/common';
import { McpContext, McpExecutionContext, McpTool, type McpSseModuleOptions } from 'nestjs-mcp-sse';
import { finalize, Observable } from 'rxjs';
import { connectSdkClient } from '../clients/sdk-client.js';
import { WireClient } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { appPerTest, textOf } from '../fixtures/app-per-test.js';
import { MemoryLog } from '../fixtures/memory-log.js';

declare module 'nestjs-mcp-sse' {
  interface McpContext {
    region?: string;
  }
}

@Injectable()
class Tools {
  @McpTool()
  describe({
    headers,
    streamHeaders,
    params,
    requestId,
    signal,
    clientInfo,
    protocolVersion,
    session,
  }: McpContext) {
    return {
      headers: headers['x-from'],
      streamHeaders: streamHeaders['x-from'],
      params,
      requestId,
      aborted: signal.aborted,
      clientInfo,
      protocolVersion,
      session: session?.id,
    };
  }

  @McpTool()
  region(ctx: McpContext) {
    return ctx.region;
  }
}

describeOnAdapters('the context of a call', (adapter) => {
  const { connect, start } = appPerTest(adapter);

  it('knows the headers of its POST and of the stream, its id, route, session and client', async () => {
    const { url } = await start({
      providers: [Tools],
      options: { sse: { path: ':tenant/sse', messagesPath: ':tenant/messages' } },
    });
    const client = await WireClient.connect(`${url}/acme/sse`, { 'x-from': 'the stream' });
    await client.initialize();
    await client.post(
      { jsonrpc: '2.0', id: 'one', method: 'tools/call', params: { name: 'describe' } },
      { 'x-from': 'the POST' },
    );
    const { result } = await client.answer('one');
    expect(result.structuredContent).toEqual({
      headers: 'the POST',
      streamHeaders: 'the stream',
      params: { tenant: 'acme' },
      requestId: 'one',
      aborted: false,
      clientInfo: { name: 'wire', version: '1' },
      protocolVersion: '2024-11-05',
      session: await client.sessionId(),
    });
  });

  it('has a signal that aborts when the client cancels', async () => {
    let aborted: () => void = () => undefined;
    const abortion = new Promise<void>((resolve) => (aborted = resolve));
    @Injectable()
    class Waiting {
      @McpTool()
      wait({ signal }: McpContext) {
        signal.addEventListener('abort', () => aborted());
        return abortion;
      }
    }
    const client = await connect({ providers: [Waiting] });
    await client.post({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'wait' } });
    await client.post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } });
    await expect(abortion).resolves.toBeUndefined();
  });

  it('that is cancelled while its guard runs does not leave its Observable running', async () => {
    const guard = {
      async canActivate(context: ExecutionContext) {
        const { signal } = McpExecutionContext.create(context).context;
        await new Promise((resolve) => signal.addEventListener('abort', resolve));
        return true;
      },
    };
    let ended: () => void = () => undefined;
    const end = new Promise<void>((resolve) => (ended = resolve));
    const interceptor = {
      intercept: (_context: ExecutionContext, next: CallHandler) => next.handle().pipe(finalize(ended)),
    };
    @Injectable()
    class Endless {
      @McpTool()
      @UseGuards(guard)
      @UseInterceptors(interceptor)
      run() {
        return new Observable();
      }
    }
    const client = await connect({ providers: [Endless] });
    await client.post({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'run' } });
    await client.post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } });
    await expect(end).resolves.toBeUndefined();
  });

  it.each<[string, McpSseModuleOptions['contextFactory']]>([
    ['at once', (request) => ({ region: (request as IncomingMessage).headers['x-region'] })],
    [
      'later',
      async (request) => {
        await Promise.resolve();
        return { region: (request as IncomingMessage).headers['x-region'] };
      },
    ],
  ])('has what contextFactory gives %s for its own POST', async (_when, contextFactory) => {
    const client = await connect(
      { providers: [Tools], options: { contextFactory } },
      { 'x-region': 'of the stream' },
    );
    for (const region of ['north', 'south']) {
      await client.post(
        { jsonrpc: '2.0', id: region, method: 'tools/call', params: { name: 'region' } },
        { 'x-region': region },
      );
      expect(textOf(await client.answer(region))).toBe(region);
    }
  });

  it('may have members of contextFactory under any name that it does not have itself', async () => {
    @Injectable()
    class Ordinary {
      @McpTool()
      ordinary(ctx: McpContext) {
        const { origin, state, send } = ctx as unknown as Record<string, string>;
        return `${origin} ${state} ${send}`;
      }
    }
    const client = await connect({
      providers: [Ordinary],
      options: { contextFactory: () => ({ origin: 'Hamburg', state: 'HH', send: 'by ship' }) },
    });
    expect(textOf(await client.callTool(1, 'ordinary'))).toBe('Hamburg HH by ship');
  });

  it.each(['headers', 'progress', 'session'])(
    'refuses a %s of contextFactory with a 500 that the log explains',
    async (name) => {
      const log = new MemoryLog();
      const client = await connect({
        providers: [Tools],
        options: { contextFactory: () => ({ [name]: 'mine' }) },
        configure: (app) => app.useLogger(log),
      });
      const { status, body } = await client.post({ jsonrpc: '2.0', id: 1, method: 'ping' });
      expect(status).toBe(500);
      const { error } = JSON.parse(body) as { error: { code: number; message: string } };
      expect(error.code).toBe(-32603);
      const correlationId = /^Internal error \(correlation id (.+)\)$/.exec(error.message)![1]!;
      expect(log.lines.find((line) => line.includes(correlationId))).toContain(
        `contextFactory returned "${name}", which every McpContext has already. Choose another name.`,
      );
    },
  );

  it('is not created when contextFactory refuses, and the session continues', async () => {
    let isRefused = true;
    const client = await connect({
      providers: [Tools],
      options: {
        contextFactory: () => {
          if (isRefused) throw new ForbiddenException('No region for you.');
          return { region: 'north' };
        },
      },
    });
    const refused = await client.post({ jsonrpc: '2.0', id: 1, method: 'ping' });
    expect(refused.status).toBe(403);
    expect(JSON.parse(refused.body)).toMatchObject({ error: { message: 'No region for you.' } });
    isRefused = false;
    expect(textOf(await client.callTool(1, 'region'))).toBe('north');
  });

  it('names the SDK client and the version that was negotiated', async () => {
    const { url } = await start({ providers: [Tools] });
    const client = await connectSdkClient(`${url}/sse`, { 'x-from': 'everywhere' });
    const { structuredContent } = await client.callTool({ name: 'describe' });
    expect(structuredContent).toMatchObject({
      headers: 'everywhere',
      streamHeaders: 'everywhere',
      clientInfo: { name: 'test-client', version: '1.0.0' },
      protocolVersion: '2025-11-25',
    });
    await client.close();
  });
});

describeOnAdapters("an AsyncLocalStorage that the application's middleware sets", (adapter) => {
  const { connect } = appPerTest(adapter);
  const storage = new AsyncLocalStorage<string>();
  const setStorage = (request: IncomingMessage, _response: ServerResponse, next: () => void) =>
    storage.run(String(request.headers['x-trace']), next);

  it.each([Scope.DEFAULT, Scope.REQUEST])('is visible in tools (scope %s)', async (scope) => {
    @Injectable({ scope })
    class Traced {
      @McpTool()
      method() {
        return storage.getStore();
      }
      @McpTool()
      async *generator() {
        await Promise.resolve();
        yield storage.getStore();
      }
    }
    const client = await connect({
      providers: [Traced],
      options: { contextFactory: () => ({ region: storage.getStore() }) },
      configure: (app) => void app.use(setStorage),
    });
    for (const name of ['method', 'generator']) {
      const trace = `trace of ${name}`;
      await client.post(
        { jsonrpc: '2.0', id: name, method: 'tools/call', params: { name } },
        { 'x-trace': trace },
      );
      expect(textOf(await client.answer(name))).toBe(trace);
    }
  });
});
