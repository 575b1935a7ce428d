import { afterEach, expect, it } from '@jest/globals';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { IsOptional, IsString, Matches } from 'class-validator';
import {
  McpComplete,
  McpExecutionContext,
  McpPrompt,
  McpRegistry,
  McpResource,
  McpTool,
  McpUriParam,
  type McpSseModuleOptions,
} from 'nestjs-mcp-sse';
import { HttpWireClient, rpc } from '../clients/http-wire-client.js';
import { WireClient } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { textOf } from '../fixtures/app-per-test.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';

const MIB = 1024 * 1024;

class NamedDto {
  @IsString()
  name!: string;
}

class PatternDto {
  @IsOptional()
  @Matches(/^(a+)+$/)
  exponential?: string;
}

/** What the code of the application has seen. */
const seen: { where: string; name: string; args: unknown }[] = [];

/** A guard of tools that looks at what it lets through. */
@Injectable()
class Witness implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    if (context.getType<string>() !== 'mcp') return true;
    const { call } = McpExecutionContext.create(context);
    seen.push({ where: 'guard', name: call.name, args: call.arguments });
    return call.name !== 'forbidden';
  }
}

@Injectable()
class Features {
  @McpTool({ maxBytes: 2 * MIB })
  greet({ name }: NamedDto): string {
    return `Hello ${name}`;
  }

  @McpTool()
  matches(_pattern: PatternDto): string {
    return 'matched';
  }

  @McpTool()
  forbidden(): string {
    return 'executed';
  }

  @McpTool({ input: { type: 'object' } })
  size(args: object): string {
    seen.push({ where: 'tool', name: 'size', args });
    return String(JSON.stringify(args).length);
  }

  @McpPrompt()
  ask({ name }: NamedDto): string {
    return name;
  }

  @McpComplete({ prompt: 'ask', argument: 'name' })
  names(value: string): string[] {
    seen.push({ where: 'completer', name: 'names', args: value });
    return [value];
  }

  @McpResource({ uri: 'notes://{+folder}/{+name}' })
  note(@McpUriParam('name') name: string): string {
    return name;
  }
}

describeOnAdapters('the attacker', (adapter) => {
  let running: RunningApp;

  const start = async (options: Partial<McpSseModuleOptions> = {}) => {
    seen.length = 0;
    running = await startApp({
      adapter,
      options,
      providers: [Features, Witness],
      configure: (app) => void app.useGlobalGuards(new Witness()),
    });
    running.app.get(McpRegistry).addTool({ name: 'anything' }, (args) => JSON.stringify(args));
  };
  const connect = async (options?: Partial<McpSseModuleOptions>) => {
    await start(options);
    return WireClient.connect(`${running.url}/sse`);
  };
  /** Posts a call whose arguments are this text. */
  const callWith = async (client: WireClient, name: string, json: string) => {
    const { status } = await client.post(
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${name}","arguments":${json}}}`,
    );
    expect(status).toBe(202);
    return textOf(await client.answer(1));
  };

  afterEach(() => running.close());

  it('sends arguments nested a level too deep: refused by name before anything of the application runs', async () => {
    const client = await connect();
    const nested = (levels: number) => `{"a":${'['.repeat(levels - 1)}1${']'.repeat(levels - 1)}}`;
    for (const tool of ['size', 'anything'])
      expect(await callWith(client, tool, nested(33))).toMatch(
        /^isError: Invalid arguments: a(\[0\]){31}: is nested deeper than 32 levels/,
      );
    expect(seen).toEqual([]);
    expect(await callWith(client, 'size', nested(32))).toBe(String(nested(32).length));
  });

  it.each([
    ['{"__proto__":{"admin":true}}', '__proto__'],
    ['{"list":[{"deep":{"__proto__":null}}]}', 'list[0].deep.__proto__'],
    ['{"\\u005f_proto__":1}', '__proto__'],
    ['{"a":{"constructor":{"prototype":{"admin":true}}}}', 'a.constructor.prototype'],
  ])('sends a name that reaches a prototype, %s: refused by name', async (json, path) => {
    const client = await connect();
    for (const tool of ['size', 'anything', 'greet'])
      expect(await callWith(client, tool, json)).toBe(
        `isError: Invalid arguments: ${path}: is not allowed: it names a prototype`,
      );
    expect(seen).toEqual([]);
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
    const prompt = `{"jsonrpc":"2.0","id":2,"method":"prompts/get","params":{"name":"ask","arguments":${json}}}`;
    await client.post(prompt);
    expect((await client.answer(2))['error']).toMatchObject({
      code: -32602,
      message: expect.stringContaining(path),
    });
  });

  it('names an argument "constructor", and is served', async () => {
    const client = await connect();
    expect(await callWith(client, 'anything', '{"constructor":"Ferrari"}')).toBe('{"constructor":"Ferrari"}');
  });

  it('sends keys twice: the handler gets the same arguments as the guard', async () => {
    const client = await connect();
    const body = (first: string, second: string) =>
      `{"jsonrpc":"2.0","id":1,"method":"ping","method":"tools/call","params":{},"params":{${first},${second}}}`;
    await client.post(body('"name":"size","arguments":{"a":1}', '"name":"forbidden","arguments":{"b":2}'));
    expect(textOf(await client.answer(1))).toMatch(/^isError: Forbidden/);
    expect(seen).toEqual([{ where: 'guard', name: 'forbidden', args: { b: 2 } }]);
    seen.length = 0;
    await client.post(
      body(
        '"name":"forbidden","arguments":{"secret":1,"secret":2}',
        '"name":"size","arguments":{"b":2,"b":3}',
      ),
    );
    expect(textOf(await client.answer(1))).toBe('7');
    expect(seen.map(({ where, name, args }) => [where, name, args])).toEqual([
      ['guard', 'size', { b: 3 }],
      ['tool', 'size', { b: 3 }],
    ]);
  });

  it('sends a string that makes a pattern of the application run for ever: refused before it is matched', async () => {
    const client = await connect({ limits: { maxStringLength: 24 } });
    const exponential = `${'a'.repeat(60)}!`;
    const message = /exponential: is longer than 24 characters/;
    expect(textOf(await client.callTool(1, 'matches', { exponential }))).toMatch(message);
    expect(textOf(await client.callTool(2, 'matches', { exponential: 'aaaa' }))).toBe('matched');
    expect(textOf(await client.callTool(3, 'anything', { ['k'.repeat(100)]: 1 }))).toMatch(
      /^isError: .*k{64}…: is longer/,
    );
    const completion = {
      ref: { type: 'ref/prompt', name: 'ask' },
      argument: { name: 'name', value: exponential },
    };
    const { error } = await client.call(4, 'completion/complete', completion);
    expect(error).toMatchObject({ code: -32602, message: expect.stringContaining('value: is longer') });
    expect(seen.filter(({ where }) => where === 'completer')).toEqual([]);
  });

  it('echoes a megabyte, and is served', async () => {
    const client = await connect();
    expect(textOf(await client.callTool(1, 'greet', { name: 'x'.repeat(MIB) }))).toHaveLength(MIB + 6);
    expect(textOf(await client.callTool(2, 'greet', { name: 'x'.repeat(MIB + 1) }))).toMatch(
      /^isError: .*name: is longer/,
    );
  });

  it('sends strings made for our own patterns: each is answered', async () => {
    const client = await connect();
    const long = (text: string) => text.repeat(Math.floor(12_000 / text.length));
    const hostile: Record<string, string>[] = [
      { 'content-type': `application/json${long('; charset=')}` },
      { 'content-type': `application/json;${long(' ')}charset${long(' ').slice(6_000)}` },
      { authorization: `Bearer${long(' ')}` },
      { 'x-forwarded-prefix': long('/a') },
      { 'mcp-session-id': long('A') },
      { 'last-event-id': `${'A'.repeat(22)}.${long('1.')}` },
      { accept: long('text/event-stream;q=0,') },
    ];
    for (const headers of hostile)
      expect((await client.post(rpc(1, 'ping'), headers)).status).toBeLessThan(500);
    const uri = (length: number) => `notes://${'/'.repeat(length - 9)}\n`;
    expect((await client.call(2, 'resources/read', { uri: uri(8_192) }))['error'].code).toBe(-32002);
    expect((await client.call(3, 'resources/read', { uri: uri(8_193) }))['error'].code).toBe(-32602);
  });

  it('sends a batch of 100,000 requests: 429 without looking at each twice', async () => {
    await start();
    const client = await HttpWireClient.connect(`${running.url}/mcp`, { version: '2025-03-26' });
    const batch = Array.from({ length: 100_000 }, (_, id) => ({ jsonrpc: '2.0', id, method: 'p' }));
    expect((await client.post(batch)).status).toBe(429);
  });
});
