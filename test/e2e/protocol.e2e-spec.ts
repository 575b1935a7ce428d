import { expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import type { Progress } from '@modelcontextprotocol/client';
import { IsInt, IsString } from 'class-validator';
import { concat, map, Observable, take, timer } from 'rxjs';
import { McpContext, McpTool, progress } from 'nestjs-mcp-sse';
import { LOG_LEVEL } from '../fixtures/modern-client.js';
import { describeOnTransports, describeWithSessions } from '../fixtures/transports.js';

const PIXEL = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR4nGP4z8DwHwAFAAH/iZk9HQAAAABJRU5ErkJggg==',
  'base64',
);

class AddDto {
  @IsInt()
  a!: number;

  @IsInt()
  b!: number;
}

class CityDto {
  @IsString()
  city!: string;
}

@Injectable()
class Tools {
  static cancelled: () => void = () => undefined;

  @McpTool({
    title: 'Adder',
    description: 'Adds',
    annotations: { readOnlyHint: true },
    meta: { origin: 'test' },
  })
  add({ a, b }: AddDto) {
    return { sum: a + b };
  }

  @McpTool()
  fail(): never {
    throw new Error('a secret');
  }

  @McpTool()
  rich() {
    return {
      content: [
        { type: 'text', text: 'text', annotations: { audience: ['user'] } },
        { type: 'image', data: PIXEL.toString('base64'), mimeType: 'image/png' },
        { type: 'audio', data: 'AAAA', mimeType: 'audio/wav' },
        { type: 'resource', resource: { uri: 'test://r', text: 'embedded', mimeType: 'text/plain' } },
        { type: 'resource_link', uri: 'test://link', name: 'link' },
      ],
      structuredContent: { ok: true },
      _meta: { trace: 1 },
    };
  }

  @McpTool()
  pixel(): Buffer {
    return PIXEL;
  }

  @McpTool()
  steps(): Observable<unknown> {
    // Apart from each other: the SDK's client loses progress that comes in one piece with the result.
    const steps$ = timer(0, 10).pipe(map((step) => progress(step + 1, 3, `step ${step + 1}`)));
    return concat(steps$.pipe(take(3)), timer(10).pipe(map(() => 'done')));
  }

  @McpTool()
  hang(): Observable<unknown> {
    return new Observable((subscriber) => {
      subscriber.next(progress(1));
      return () => Tools.cancelled();
    });
  }

  @McpTool()
  logs(ctx: McpContext): string {
    ctx.log.debug('detail');
    ctx.log.error({ broken: true }, 'unit');
    return 'logged';
  }
}

const fixture = { providers: [Tools] };

describeOnTransports('the protocol', (connect, _transport, era) => {
  it('negotiates a version, capabilities and instructions', async () => {
    const { client } = await connect({ ...fixture, options: { instructions: 'Be kind.', title: 'Test' } });
    expect(client.getInstructions()).toBe('Be kind.');
    expect(client.getServerVersion()).toEqual({ name: 'test', version: '1.0.0', title: 'Test' });
    expect(client.getServerCapabilities()).toEqual({
      tools: { listChanged: true },
      resources: { listChanged: true, subscribe: true },
      prompts: { listChanged: true },
      logging: {},
      completions: {},
    });
  });

  it('lists and calls tools', async () => {
    const { client } = await connect(fixture);
    const { tools } = await client.listTools();
    expect(tools.find(({ name }) => name === 'add')).toMatchObject({
      title: 'Adder',
      annotations: { readOnlyHint: true },
      _meta: { origin: 'test' },
      inputSchema: { type: 'object', required: ['a', 'b'], additionalProperties: false },
    });
    const { _meta, ...result } = await client.callTool({ name: 'add', arguments: { a: 1, b: 2 } });
    expect(result).toEqual({ content: [{ type: 'text', text: '{"sum":3}' }], structuredContent: { sum: 3 } });
  });

  it('answers tool errors as results and protocol errors as errors', async () => {
    const { client } = await connect(fixture);
    const wrong = await client.callTool({ name: 'add', arguments: { a: 'x' } });
    expect(wrong.isError).toBe(true);
    expect(JSON.stringify(wrong.content)).toMatch(/a must be an integer.*b must be an integer/);
    const failed = await client.callTool({ name: 'fail' });
    expect(failed.isError).toBe(true);
    expect(JSON.stringify(failed.content)).toMatch(/Internal error \(correlation id/);
    expect(JSON.stringify(failed.content)).not.toMatch(/secret/);
    await expect(client.callTool({ name: 'nothing' })).rejects.toMatchObject({
      code: ErrorCode.InvalidParams,
    });
    await expect(client.readResource({ uri: 'no://such' })).rejects.toMatchObject({
      code: era === 'legacy' ? -32002 : ErrorCode.InvalidParams,
    });
    await expect(client.getPrompt({ name: 'nothing' })).rejects.toMatchObject({
      code: ErrorCode.InvalidParams,
    });
  });

  it('sends rich results as they are', async () => {
    const { client } = await connect(fixture);
    expect(await client.callTool({ name: 'rich' })).toMatchObject(new Tools().rich());
    expect((await client.callTool({ name: 'pixel' })).content).toEqual([
      { type: 'image', data: PIXEL.toString('base64'), mimeType: 'image/png' },
    ]);
  });

  it('sends progress before the result', async () => {
    const { client } = await connect(fixture);
    const seen: unknown[] = [];
    const onprogress = ({ progress: done, total, message }: Progress) => seen.push([done, total, message]);
    const result = await client.callTool({ name: 'steps' }, { onprogress });
    expect(result.content).toEqual([{ type: 'text', text: 'done' }]);
    expect(seen).toEqual([
      [1, 3, 'step 1'],
      [2, 3, 'step 2'],
      [3, 3, 'step 3'],
    ]);
  });

  it('stops a cancelled tool', async () => {
    const { client, sessions } = await connect(fixture);
    const stopped = new Promise<void>((resolve) => (Tools.cancelled = resolve));
    const controller = new AbortController();
    const onprogress = () => controller.abort('enough');
    const call = client.callTool({ name: 'hang' }, { signal: controller.signal, onprogress });
    await expect(call).rejects.toThrow(/enough/);
    await stopped;
    await client.listTools();
    expect(sessions.sessions.filter(({ inFlight }) => inFlight > 0)).toEqual([]);
  });

  it('sends logs of the requested level', async () => {
    const logged: unknown[] = [];
    const { client } = await connect(fixture);
    client.setNotificationHandler('notifications/message', ({ params }) => void logged.push(params));
    // A session has a level; without one, each request names its own.
    if (era === 'legacy') await client.setLoggingLevel('warning');
    await client.callTool({ name: 'logs', _meta: era === 'legacy' ? undefined : { [LOG_LEVEL]: 'warning' } });
    await client.listTools();
    expect(logged).toEqual([{ level: 'error', logger: 'unit', data: { broken: true } }]);
  });

  it('returns lists in pages, and refuses unknown cursors', async () => {
    const { client } = await connect({ ...fixture, options: { limits: { pageSize: 3 } } });
    const names: string[] = [];
    const list = (params: { cursor?: string }) => client.request({ method: 'tools/list', params });
    let cursor: string | undefined;
    let pages = 0;
    do {
      const page = await list({ cursor });
      names.push(...page.tools.map(({ name }) => name));
      cursor = page.nextCursor;
      pages++;
    } while (cursor);
    expect([pages, names.length, new Set(names).size]).toEqual([3, 7, 7]);
    const other = (await list({})).nextCursor;
    for (const wrong of ['nonsense', other!.slice(1)])
      await expect(list({ cursor: wrong })).rejects.toMatchObject({
        code: ErrorCode.InvalidParams,
      });
    await expect(client.listPrompts({ cursor: other })).rejects.toMatchObject({
      code: ErrorCode.InvalidParams,
    });
  });

  it('tells the client that a tool was added, and serves it', async () => {
    const { client, registry } = await connect(fixture);
    const told = new Promise<void>((resolve) =>
      client.setNotificationHandler('notifications/tools/list_changed', () => resolve()),
    );
    await client.listen({ toolsListChanged: true });
    registry.addTool({ name: 'late', input: CityDto }, ({ city }: CityDto) => `late in ${city}`);
    await told;
    const result = await client.callTool({ name: 'late', arguments: { city: 'Rome' } });
    expect(result.content).toEqual([{ type: 'text', text: 'late in Rome' }]);
    expect(registry.removeTool('late')).toBe(true);
    await expect(client.callTool({ name: 'late', arguments: { city: 'Rome' } })).rejects.toThrow(
      /Unknown tool/,
    );
  });
});

describeWithSessions('a session', (connect, transport) => {
  it('names its transport and its client to the application', async () => {
    const { sessions } = await connect(fixture);
    expect(sessions.sessions).toMatchObject([{ transport, clientInfo: { name: 'test-client' } }]);
  });

  it('answers a ping', async () => {
    const { client } = await connect(fixture);
    expect(await client.ping()).toEqual({});
  });
});
