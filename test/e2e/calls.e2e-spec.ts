import { afterEach, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { IsString } from 'class-validator';
import { McpComplete, McpContext, McpPrompt, McpResource, McpTool } from 'nestjs-mcp-sse';
import { NEVER, type Observable } from 'rxjs';
import { connectSdkClient } from '../clients/sdk-client.js';
import { WireClient } from '../clients/wire-client.js';
import { describeOnEveryAdapter } from '../fixtures/adapters.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';
import { describeOnTransports, describeWithSessions, type ConnectFixture } from '../fixtures/transports.js';

class GreetDto {
  @IsString()
  name!: string;
}

@Injectable()
class Greeter {
  @McpTool({ description: 'Greets' })
  greet({ name }: GreetDto): string {
    return `Hello ${name}`;
  }
}

describeOnEveryAdapter('calling a tool', (adapter) => {
  let running: RunningApp;

  afterEach(() => running.close());

  it('answers the SDK client', async () => {
    running = await startApp({ adapter, providers: [Greeter] });
    const client = await connectSdkClient(`${running.url}/sse`);
    expect(client.getServerVersion()).toEqual({ name: 'test', version: '1.0.0' });
    const { tools } = await client.listTools();
    expect(tools).toEqual([
      {
        name: 'greet',
        description: 'Greets',
        inputSchema: {
          type: 'object',
          properties: { name: { type: 'string' } },
          required: ['name'],
          additionalProperties: false,
        },
      },
    ]);
    const result = await client.callTool({ name: 'greet', arguments: { name: 'Ada' } });
    expect(result.content).toEqual([{ type: 'text', text: 'Hello Ada' }]);
    await client.close();
  });

  it('answers the POST before the request, which frees its connection for the next POST', async () => {
    running = await startApp({ adapter, providers: [Greeter] });
    const client = await WireClient.connect(`${running.url}/sse`);
    for (const [id, method] of ['ping', 'tools/list', 'ping'].entries()) {
      const order: string[] = [];
      await Promise.all([
        client.message().then(() => order.push('answer')),
        client.post({ jsonrpc: '2.0', id, method }).then(() => order.push('202')),
      ]);
      expect(order).toEqual(['202', 'answer']);
    }
    client.close();
  });

  it('sends the endpoint first, and gives every event except comments an id of the session', async () => {
    running = await startApp({ adapter, providers: [Greeter], options: { sse: { heartbeatMs: 20 } } });
    const client = await WireClient.connect(`${running.url}/sse`);
    await client.callTool(1, 'greet', { name: 'Ada' });
    await client.next(({ comment }) => comment !== undefined);
    const sessionId = await client.sessionId();
    expect(client.events[0]).toEqual({
      event: 'endpoint',
      id: `${sessionId}.1`,
      data: `/messages?sessionId=${sessionId}`,
    });
    expect(client.events.find(({ event }) => event === 'message')?.id).toBe(`${sessionId}.2`);
    expect(client.events.at(-1)).toEqual({ comment: 'keep-alive' });
    client.close();
  });
});

const LIMIT_MS = 20;

/** Handlers that run until they are aborted. */
@Injectable()
class Endless {
  /** The reasons of the aborts. */
  readonly aborted: string[] = [];
  private onAbort: () => void = () => undefined;

  @McpTool({ timeoutMs: LIMIT_MS })
  tool(ctx: McpContext): Promise<unknown> {
    return this.end(ctx);
  }

  @McpTool({ timeoutMs: LIMIT_MS })
  stubborn(): Promise<never> {
    return new Promise(() => undefined);
  }

  @McpTool({ timeoutMs: LIMIT_MS })
  observed(): Observable<never> {
    return NEVER;
  }

  @McpResource({ uri: 'endless://resource', timeoutMs: LIMIT_MS })
  resource(ctx: McpContext): Promise<unknown> {
    return this.end(ctx);
  }

  @McpPrompt({ timeoutMs: LIMIT_MS })
  prompt(ctx: McpContext): Promise<unknown> {
    return this.end(ctx);
  }

  @McpTool()
  unlimited(ctx: McpContext): Promise<unknown> {
    return this.end(ctx);
  }

  @McpTool({ timeoutMs: false })
  patient(): Promise<unknown> {
    return new Promise((resolve) => (this.onAbort = () => resolve('outlived another')));
  }

  @McpComplete({ prompt: 'prompt', argument: 'any' })
  completion(_value: string, _others: Record<string, string>, ctx: McpContext): Promise<unknown> {
    return this.end(ctx);
  }

  @McpTool({ timeoutMs: 60_000 })
  quick(): string {
    return 'quick';
  }

  /** Returns at once when it is aborted, which is too late. */
  private end({ signal, log }: McpContext): Promise<unknown> {
    return new Promise((resolve) =>
      signal.addEventListener('abort', () => {
        this.aborted.push((signal.reason as Error).message);
        log.info('after the end');
        this.onAbort();
        resolve('too late');
      }),
    );
  }
}

const TOO_LONG = `The handler took longer than ${LIMIT_MS} ms and was aborted.`;

const settingUp =
  (connect: ConnectFixture) =>
  async (limits = {}) => {
    const endless = new Endless();
    const providers = [{ provide: Endless, useValue: endless }];
    return { endless, ...(await connect({ providers, options: { limits } })) };
  };

describeOnTransports('a handler that takes too long', (connect, _transport, era) => {
  const setUp = settingUp(connect);
  const code = era === 'legacy' ? -32001 : -32603;
  const tooLate = { code, message: expect.stringContaining(TOO_LONG) };

  it('of a tool is aborted, and its result is an error', async () => {
    const { client, endless } = await setUp();
    for (const name of ['tool', 'stubborn', 'observed'])
      expect(await client.callTool({ name })).toMatchObject({
        isError: true,
        content: [{ type: 'text', text: TOO_LONG }],
      });
    expect(endless.aborted).toEqual([TOO_LONG]);
    expect(await client.callTool({ name: 'quick' })).toMatchObject({ content: [{ text: 'quick' }] });
  });

  it('of a resource or a prompt is aborted and answered by an error', async () => {
    const { client, endless } = await setUp();
    await expect(client.readResource({ uri: 'endless://resource' })).rejects.toMatchObject(tooLate);
    await expect(client.getPrompt({ name: 'prompt' })).rejects.toMatchObject(tooLate);
    expect(endless.aborted).toEqual([TOO_LONG, TOO_LONG]);
  });

  it('is limited by the timeout of the server, unless it has its own', async () => {
    const { client, endless } = await setUp({ handlerMs: LIMIT_MS });
    const patient = client.callTool({ name: 'patient' });
    expect(await client.callTool({ name: 'unlimited' })).toMatchObject({ isError: true });
    const completing = client.complete({
      ref: { type: 'ref/prompt', name: 'prompt' },
      argument: { name: 'any', value: '' },
    });
    await expect(completing).rejects.toMatchObject({ code });
    expect(endless.aborted).toEqual([TOO_LONG, TOO_LONG]);
    expect(await patient).toMatchObject({ content: [{ text: 'outlived another' }] });
  });

  it('is limited by its timeout if it was added at run time', async () => {
    const { client, registry } = await setUp();
    registry.addTool({ name: 'added', timeoutMs: LIMIT_MS }, () => new Promise(() => undefined));
    expect(await client.callTool({ name: 'added' })).toMatchObject({ isError: true });
  });
});

describeWithSessions('a handler of a subscription that takes too long', (connect) => {
  const setUp = settingUp(connect);

  it('is aborted and answered by an error', async () => {
    const { client, endless } = await setUp();
    await expect(client.subscribeResource({ uri: 'endless://resource' })).rejects.toMatchObject({
      code: -32001,
      message: expect.stringContaining(TOO_LONG),
    });
    expect(endless.aborted).toEqual([TOO_LONG]);
  });
});
