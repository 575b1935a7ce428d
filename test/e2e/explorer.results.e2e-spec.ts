import { describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { IsInt } from 'class-validator';
import { McpSchema, McpTool, progress } from 'nestjs-mcp-sse';
import { concat, defer, from, of } from 'rxjs';
import * as z from 'zod';
import { connectSdkClient } from '../clients/sdk-client.js';
import type { WireClient } from '../clients/wire-client.js';
import { appPerTest, textOf } from '../fixtures/app-per-test.js';
import { MemoryLog } from '../fixtures/memory-log.js';

const MASKED = /^isError: Internal error \(correlation id ([\w-]{36})\)$/;
const PNG = Buffer.from('\x89PNG\r\n\x1a\n0', 'latin1');
const BYTES = Buffer.from([0, 1, 2, 255]);

function text(value: string): object {
  return { type: 'text', text: value };
}

const CIRCLE: Record<string, unknown> = {};
CIRCLE['itself'] = CIRCLE;

/** Return values of a tool, with the results that the client gets. */
const RESULTS: [string, () => unknown, object][] = [
  ['a string', () => 'Hello', { content: [text('Hello')] }],
  ['an empty string', () => '', { content: [text('')] }],
  [
    'an object',
    () => ({ total: 7, at: new Date(0) }),
    {
      content: [text('{"total":7,"at":"1970-01-01T00:00:00.000Z"}')],
      structuredContent: { total: 7, at: '1970-01-01T00:00:00.000Z' },
    },
  ],
  [
    'a promise of an object',
    () => Promise.resolve({ total: 7 }),
    { content: [text('{"total":7}')], structuredContent: { total: 7 } },
  ],
  ['an array', () => [1, 'two'], { content: [text('[1,"two"]')] }],
  ['a number', () => 0, { content: [text('0')] }],
  ['a boolean', () => false, { content: [text('false')] }],
  ['nothing', () => undefined, { content: [] }],
  ['null', () => null, { content: [] }],
  ['a Date', () => new Date(0), { content: [text('1970-01-01T00:00:00.000Z')] }],
  [
    'a Buffer with a PNG',
    () => PNG,
    { content: [{ type: 'image', data: PNG.toString('base64'), mimeType: 'image/png' }] },
  ],
  [
    'another Buffer',
    () => BYTES,
    {
      content: [
        {
          type: 'resource',
          resource: {
            uri: 'tool://run/result',
            mimeType: 'application/octet-stream',
            blob: BYTES.toString('base64'),
          },
        },
      ],
    },
  ],
  [
    'a part of a Uint8Array',
    () => new Uint8Array([9, ...PNG, 9]).subarray(1, -1),
    { content: [{ type: 'image', data: PNG.toString('base64'), mimeType: 'image/png' }] },
  ],
  [
    'a result of the protocol',
    () => ({ content: [text('no')], isError: true, _meta: { a: 1 } }),
    { content: [text('no')], isError: true, _meta: { a: 1 } },
  ],
  [
    'a result of the protocol without content',
    () => ({ content: [], structuredContent: { total: 7 } }),
    { content: [], structuredContent: { total: 7 } },
  ],
  [
    'an object whose "content" is not the protocol\'s',
    () => ({ content: ['chapter one'] }),
    { content: [text('{"content":["chapter one"]}')], structuredContent: { content: ['chapter one'] } },
  ],
];

/** Calls the tool "run" with a progress token and returns progress and result. */
async function runWithProgress(client: WireClient) {
  await client.post({
    jsonrpc: '2.0',
    id: 1,
    method: 'tools/call',
    params: { name: 'run', _meta: { progressToken: 'token' } },
  });
  const notifications: unknown[] = [];
  for (;;) {
    const message = await client.message();
    if (message['id'] === 1) return { notifications, result: textOf(message) };
    notifications.push(message['params']);
  }
}

describe('the return value of a tool', () => {
  const { connect, start } = appPerTest();

  const toolReturning = (run: () => unknown) => {
    @Injectable()
    class Tools {
      @McpTool()
      run(): unknown {
        return run();
      }
    }
    return { providers: [Tools] };
  };

  it.each(RESULTS)('%s becomes its result', async (_name, run, expected) => {
    const client = await connect(toolReturning(run));
    const { result } = await client.callTool(1, 'run');
    expect(result).toEqual(expected);
  });

  it.each<[string, () => unknown]>([
    ['a circular object', () => CIRCLE],
    ['a circle within a Map', () => new Map([['a', CIRCLE]])],
    ['a circular result of the protocol', () => ({ content: [{ type: 'text', text: 'a', _meta: CIRCLE }] })],
    ['a function', () => () => 'never'],
    ['a symbol', () => Symbol('never')],
  ])('%s becomes an error with only a correlation id', async (_name, run) => {
    const client = await connect(toolReturning(run));
    const answer = await client.callTool(1, 'run');
    expect(JSON.stringify(answer)).toMatch(/Internal error \(correlation id [\w-]{36}\)/);
    const { result } = await client.call(2, 'ping');
    expect(result).toEqual({});
  });

  it.each<[string, () => unknown]>([
    [
      'an Observable',
      () =>
        concat(
          of(progress(1, 2, 'first')),
          defer(() => Promise.resolve(progress(2, 2))),
          of('done'),
        ),
    ],
    [
      'a promise of an Observable',
      () => Promise.resolve(from([progress(1, 2, 'first'), progress(2, 2), 'done'])),
    ],
    [
      'an async generator',
      async function* () {
        yield progress(1, 2, 'first');
        await Promise.resolve();
        yield 'not yet';
        yield progress(2, 2);
        yield 'done';
      },
    ],
  ])('%s becomes progress and its last value', async (_name, run) => {
    const client = await connect(toolReturning(run));
    expect(await runWithProgress(client)).toEqual({
      notifications: [
        { progressToken: 'token', progress: 1, total: 2, message: 'first' },
        { progressToken: 'token', progress: 2, total: 2 },
      ],
      result: 'done',
    });
    expect(textOf(await client.callTool(2, 'run'))).toBe('done');
  });

  it('an Observable without a value becomes an empty result, and a failed one an error', async () => {
    @Injectable()
    class Tools {
      @McpTool()
      empty() {
        return of(progress(1));
      }
      @McpTool()
      async *failing() {
        yield 'not this';
        await Promise.reject(new Error('password=hunter2'));
      }
    }
    const client = await connect({ providers: [Tools] });
    const { result } = await client.callTool(1, 'empty');
    expect(result).toEqual({ content: [] });
    expect(textOf(await client.callTool(2, 'failing'))).toMatch(MASKED);
  });

  it('is checked against an output schema, which the client sees', async () => {
    class TotalDto {
      @IsInt()
      @McpSchema({ description: 'In cents' })
      total!: number;
    }
    const json = { type: 'object', properties: { total: { type: 'integer' } }, required: ['total'] } as const;
    const outputOf = (name: string, output: NonNullable<Parameters<typeof McpTool>[0]>['output']) => {
      @Injectable()
      class Tools {
        @McpTool({ name, output, input: { type: 'object' } })
        run(args: any): unknown {
          return args;
        }
      }
      return Tools;
    };
    const log = new MemoryLog();
    const names = ['dto', 'json', 'zod'];
    const { url } = await start({
      providers: [
        outputOf('dto', TotalDto),
        outputOf('zod', z.object({ total: z.int() })),
        outputOf('json', json),
      ],
      configure: (app) => app.useLogger(log),
    });
    const client = await connectSdkClient(`${url}/sse`);
    const { tools } = await client.listTools();
    expect(tools.map(({ name, outputSchema }) => [name, outputSchema?.type, outputSchema?.required])).toEqual(
      names.map((name) => [name, 'object', ['total']]),
    );
    for (const name of names) {
      const good = await client.callTool({ name, arguments: { total: 7 } });
      expect(good.structuredContent).toEqual({ total: 7 });
      const bad = await client.callTool({ name, arguments: { total: 'seven' } });
      const message = textOf({ result: bad });
      expect(message).toMatch(MASKED);
      const logged = log.lines.find((line) => line.includes(MASKED.exec(message)![1]!));
      expect(logged).toContain('the result does not fit the output schema: total');
    }
    await client.close();
  });

  it('is an error if an output schema requires an object and there is none', async () => {
    @Injectable()
    class Tools {
      @McpTool({ output: { type: 'object' } })
      string() {
        return 'no object';
      }
      @McpTool({ output: { type: 'object' } })
      refusal() {
        return { isError: true, content: [{ type: 'text', text: 'sorry' }] };
      }
    }
    const client = await connect({ providers: [Tools] });
    expect(textOf(await client.callTool(1, 'string'))).toMatch(MASKED);
    expect(textOf(await client.callTool(2, 'refusal'))).toBe('isError: sorry');
  });
});
