import { afterEach, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { IsString } from 'class-validator';
import { McpTool } from 'nestjs-mcp-sse';
import { connectSdkClient } from '../clients/sdk-client.js';
import { WireClient } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';

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

describeOnAdapters('calling a tool', (adapter) => {
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
