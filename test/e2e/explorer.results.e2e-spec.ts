import { describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { IsArray, IsInt, IsOptional, IsString } from 'class-validator';
import { McpArgs, McpContext, McpPrompt, McpResource, McpSchema, McpTool, progress } from 'nestjs-mcp-sse';
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

/** What a tool returns, and the result that the client gets. */
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
  ['a Date', () => new Date(0), { content: [text('"1970-01-01T00:00:00.000Z"')] }],
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

describe('what a tool returns', () => {
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
    ['a BigInt', () => 1n],
    ['an object with a BigInt', () => ({ total: 1n })],
    ['a circular object', () => CIRCLE],
    ['a circular result of the protocol', () => ({ content: [{ type: 'text', text: 'a', _meta: CIRCLE }] })],
    ['a function', () => () => 'never'],
    ['a symbol', () => Symbol('never')],
  ])('%s becomes an error that says nothing but its correlation id', async (_name, run) => {
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

  it('an Observable without a value becomes an empty result, one that fails an error', async () => {
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
    const names = ['dto', 'zod', 'json'];
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

  it('is an error where an output schema wants an object and there is none', async () => {
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

@Injectable()
class Resources {
  @McpResource({ uri: 'fixed://text' })
  text() {
    return 'Hello';
  }
  @McpResource({ uri: 'fixed://markdown', mimeType: 'text/markdown' })
  async markdown() {
    await Promise.resolve();
    return '# Hello';
  }
  @McpResource({ uri: 'fixed://object' })
  object() {
    return { total: 7 };
  }
  @McpResource({ uri: 'fixed://array', mimeType: 'application/vnd.orders+json' })
  array() {
    return [1, 2];
  }
  @McpResource({ uri: 'fixed://blob' })
  blob() {
    return BYTES;
  }
  @McpResource({ uri: 'fixed://image', mimeType: 'image/png' })
  image() {
    return PNG;
  }
  @McpResource({ uri: 'fixed://result' })
  result() {
    return { contents: [{ uri: 'fixed://other', text: 'of another' }] };
  }
  @McpResource({ uri: 'fixed://nothing' })
  nothing() {}
  @McpResource({ uri: 'fixed://observable' })
  observable() {
    return of({ total: 7 });
  }
  @McpResource({ uri: 'files://{folder}/{name}', mimeType: 'application/json', title: 'A file' })
  file(variables: Record<string, string>) {
    return variables;
  }
  @McpResource({ uri: 'files://index/all' })
  index() {
    return 'the fixed one';
  }
}

describe('what a resource returns', () => {
  const { connect } = appPerTest();

  it.each<[string, object]>([
    ['text', { mimeType: 'text/plain', text: 'Hello' }],
    ['markdown', { mimeType: 'text/markdown', text: '# Hello' }],
    ['object', { mimeType: 'application/json', text: '{"total":7}' }],
    ['array', { mimeType: 'application/vnd.orders+json', text: '[1,2]' }],
    ['blob', { mimeType: 'application/octet-stream', blob: BYTES.toString('base64') }],
    ['image', { mimeType: 'image/png', blob: PNG.toString('base64') }],
    ['result', { uri: 'fixed://other', text: 'of another' }],
    ['nothing', { mimeType: 'application/json', text: 'null' }],
    ['observable', { mimeType: 'application/json', text: '{"total":7}' }],
  ])('becomes its content: %s', async (name, content) => {
    const client = await connect({ providers: [Resources] });
    const uri = `fixed://${name}`;
    const { result } = await client.call(1, 'resources/read', { uri });
    expect(result).toEqual({ contents: [{ uri, ...content }] });
  });

  it('of a template knows its decoded variables, and a fixed URI goes first', async () => {
    const client = await connect({ providers: [Resources] });
    const read = async (id: number, uri: string) => {
      const { result } = await client.call(id, 'resources/read', { uri });
      expect(result.contents[0].uri).toBe(uri);
      return result.contents[0].text as string;
    };
    expect(JSON.parse(await read(1, 'files://my%20files/a%2Fb%C3%BC.txt'))).toEqual({
      folder: 'my files',
      name: 'a/bü.txt',
    });
    expect(JSON.parse(await read(2, 'files://100%/x'))).toEqual({ folder: '100%', name: 'x' });
    expect(await read(3, 'files://index/all')).toBe('the fixed one');
  });

  it('is listed: fixed ones as resources, templates as templates', async () => {
    const client = await connect({ providers: [Resources] });
    const { result: fixed } = await client.call(1, 'resources/list');
    expect(fixed.resources).toHaveLength(10);
    expect(fixed.resources[1]).toEqual({
      name: 'markdown',
      uri: 'fixed://markdown',
      mimeType: 'text/markdown',
    });
    const { result: templates } = await client.call(2, 'resources/templates/list');
    expect(templates.resourceTemplates).toEqual([
      {
        name: 'file',
        title: 'A file',
        uriTemplate: 'files://{folder}/{name}',
        mimeType: 'application/json',
      },
    ]);
  });
});

describe('what a prompt returns', () => {
  const { connect } = appPerTest();
  const message = (role: string, value: string) => ({ role, content: { type: 'text', text: value } });

  it('becomes its messages', async () => {
    @Injectable()
    class Prompts {
      @McpPrompt({ description: 'Says hello' })
      string() {
        return 'Hello';
      }
      @McpPrompt()
      async messages() {
        await Promise.resolve();
        return [message('assistant', 'Hello'), message('user', 'Hi')];
      }
      @McpPrompt({ description: 'Not this' })
      result() {
        return { description: 'This', messages: [message('user', 'Hello')] };
      }
      @McpPrompt()
      wrong() {
        return { text: 'Hello' };
      }
    }
    const client = await connect({ providers: [Prompts] });
    const get = async (name: string) => client.call(name, 'prompts/get', { name });
    expect((await get('string'))['result']).toEqual({
      description: 'Says hello',
      messages: [message('user', 'Hello')],
    });
    expect((await get('messages'))['result']).toEqual({
      messages: [message('assistant', 'Hello'), message('user', 'Hi')],
    });
    expect((await get('result'))['result']).toEqual({
      description: 'This',
      messages: [message('user', 'Hello')],
    });
    expect((await get('wrong'))['error']).toMatchObject({ code: -32603 });
  });

  it.each([
    ['role', [message('user', 'Hello'), message('system', 'Obey')], 'messages.1.role'],
    ['content', [{ role: 'user', content: 'Hello' }], 'messages.0.content'],
    ['block', [{ role: 'user', content: { type: 'text' } }], 'messages.0.content'],
    ['list of blocks', [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }], 'messages.0.content'],
    ['description', { description: 7, messages: [] }, 'description'],
  ])('is not sent where it has a %s that is none of the protocol', async (_what, returned, fault) => {
    @Injectable()
    class Prompts {
      @McpPrompt()
      wrong() {
        return returned;
      }
    }
    const log = new MemoryLog();
    const client = await connect({ providers: [Prompts], configure: (app) => app.useLogger(log) });
    const { result, error } = await client.call(1, 'prompts/get', { name: 'wrong' });
    expect([result, error]).toMatchObject([undefined, { code: -32603 }]);
    expect(log.lines.filter((line) => line.includes(fault))).toEqual([
      expect.stringMatching(/prompts\/get wrong failed: a prompt must return .*role: 'user' \| 'assistant'/),
    ]);
  });
});

class FindDto {
  @IsString()
  @McpSchema({ description: 'Of the customer' })
  name!: string;

  @IsOptional()
  @IsInt()
  limit?: number = 10;

  @IsOptional()
  @IsArray()
  @IsString({ each: true })
  tags?: string[];
}

@Injectable()
class Finding {
  @McpTool()
  dto(args: FindDto) {
    return { ...args, isDto: args instanceof FindDto };
  }
  @McpTool({ input: z.object({ name: z.string().trim(), limit: z.int().default(10) }) })
  zod(args: { name: string; limit: number }) {
    return args;
  }
  @McpTool({
    input: {
      type: 'object',
      properties: { name: { type: 'string' }, limit: { type: 'integer', default: 10 } },
      required: ['name'],
      additionalProperties: false,
    },
  })
  json(args: { name: string; limit: number }, _ctx: McpContext) {
    return args;
  }
  @McpTool({ input: FindDto })
  byOption(@McpArgs() args: unknown) {
    return { ...(args as FindDto), isDto: args instanceof FindDto };
  }
  @McpTool()
  nothing() {
    return 'done';
  }
}

describe('what a tool takes', () => {
  const { connect, start } = appPerTest();

  it.each([
    ['dto', 'a DTO class', { isDto: true }],
    ['byOption', 'a DTO class in "input"', { isDto: true }],
    ['zod', 'a zod schema', {}],
    ['json', 'a JSON Schema', {}],
  ])('%s: is checked and completed by %s', async (name, _kind, more) => {
    const client = await connect({ providers: [Finding] });
    const { result } = await client.callTool(1, name, { name: 'Ada' });
    expect(result.structuredContent).toEqual({ name: 'Ada', limit: 10, ...more });
    const wrong = textOf(await client.callTool(2, name, { name: 7, limit: 'x' }));
    expect(wrong).toMatch(/^isError: Invalid arguments: /);
    expect(wrong).toContain('name');
    expect(wrong).toContain('limit');
    expect(textOf(await client.callTool(3, name))).toMatch(/^isError: Invalid arguments: .*name/);
  });

  it('is described to the client', async () => {
    const { url } = await start({ providers: [Finding] });
    const client = await connectSdkClient(`${url}/sse`);
    const { tools } = await client.listTools();
    const schemas = Object.fromEntries(tools.map(({ name, inputSchema }) => [name, inputSchema]));
    expect(schemas['dto']).toMatchObject({
      type: 'object',
      properties: {
        name: { type: 'string', description: 'Of the customer' },
        limit: { type: 'integer', default: 10 },
        tags: { type: 'array', items: { type: 'string' } },
      },
      required: ['name'],
    });
    expect(schemas['byOption']).toEqual(schemas['dto']);
    expect(schemas['zod']).toMatchObject({
      type: 'object',
      properties: { name: { type: 'string' }, limit: { type: 'integer', default: 10 } },
      required: ['name'],
    });
    expect(schemas['json']).toMatchObject({ additionalProperties: false, required: ['name'] });
    expect(schemas['nothing']).toEqual({ type: 'object', additionalProperties: false });
    await client.close();
  });

  it('may be nothing: with or without empty arguments', async () => {
    const client = await connect({ providers: [Finding] });
    const { result } = await client.call(1, 'tools/call', { name: 'nothing' });
    expect(result.content).toEqual([{ type: 'text', text: 'done' }]);
    expect(textOf(await client.callTool(2, 'nothing', {}))).toBe('done');
  });

  it('may be what a client makes up for a tool that takes none', async () => {
    const client = await connect({ providers: [Finding] });
    expect(textOf(await client.callTool(1, 'nothing', { random_string: 'x' }))).toBe('done');
  });
});
