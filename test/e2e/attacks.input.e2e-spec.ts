import { afterEach, expect, it } from '@jest/globals';
import { Agent, request } from 'node:http';
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
import { RawConnection } from '../clients/raw-connection.js';
import { send, WireClient } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { textOf } from '../fixtures/app-per-test.js';
import { leastGrowth } from '../fixtures/heap-used.js';
import { MemoryLog } from '../fixtures/memory-log.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';

const MIB = 1024 * 1024;
const JSON_TYPE = { 'content-type': 'application/json' };

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
  @McpTool()
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

  @McpTool({ input: { type: 'object' } })
  fail({ text }: { text: string }): never {
    throw new Error(`no such customer: ${text}`);
  }

  @McpTool()
  wait(): Promise<never> {
    return new Promise(() => undefined);
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
  const connections: RawConnection[] = [];

  const start = async (options: Partial<McpSseModuleOptions> = {}, log?: MemoryLog) => {
    seen.length = 0;
    running = await startApp({
      adapter,
      options,
      providers: [Features, Witness],
      configure: (app) => {
        app.useGlobalGuards(new Witness());
        if (log) app.useLogger(log);
      },
    });
    running.app.get(McpRegistry).addTool({ name: 'anything' }, (args) => JSON.stringify(args));
  };
  const connect = async (options?: Partial<McpSseModuleOptions>) => {
    await start(options);
    return WireClient.connect(`${running.url}/sse`);
  };
  const dial = async () => {
    const connection = await RawConnection.open(running.port);
    connections.push(connection);
    return connection;
  };
  const pathOf = async (client: WireClient) => {
    const { pathname, search } = new URL(await client.endpoint());
    return pathname + search;
  };
  /** Posts a call whose arguments are this text. */
  const callWith = async (client: WireClient, name: string, json: string) => {
    const { status } = await client.post(
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"${name}","arguments":${json}}}`,
    );
    expect(status).toBe(202);
    return textOf(await client.answer(1));
  };

  afterEach(async () => {
    for (const connection of connections.splice(0)) connection.close();
    await running.close();
  });

  it('sends more than a message may have: 413', async () => {
    const client = await connect({ limits: { maxMessageBytes: 1_000 } });
    expect((await client.post(rpc(1, 'ping', { filler: 'x'.repeat(1_000) }))).status).toBe(413);
    expect(await client.call(2, 'ping')).toHaveProperty('result');
  });

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

  it('sends arguments nested 100,000 levels deep: refused, and the server goes on', async () => {
    const client = await connect();
    const bomb = '['.repeat(100_000) + ']'.repeat(100_000);
    const call = `{"name":"anything","arguments":{"a":${bomb}}}`;
    for (const body of [
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":${call}}`,
      `{"jsonrpc":"2.0","id":2,"method":"ping","params":{"_meta":${bomb}}}`,
      bomb,
    ])
      expect((await client.post(body)).status).toBe(400);
    expect(seen).toEqual([]);
    expect(await client.call(3, 'ping')).toHaveProperty('result');
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

  it('puts line breaks into ids and headers: no session is found, and no answer contains them', async () => {
    const client = await connect();
    const evil = 'x%0d%0aX-Injected:%20yes%0d%0a%0d%0a';
    for (const path of [`/messages?sessionId=${evil}`, `/mcp?sessionId=${evil}`]) {
      const { status, headers, body } = await send(running.url + path, { headers: JSON_TYPE, body: '{}' });
      expect({ status, injected: headers['x-injected'] }).toEqual({ status: 404, injected: undefined });
      expect(body).not.toMatch(/injected/i);
    }
    for (const header of ['mcp-session-id', 'last-event-id', 'mcp-protocol-version'])
      for (const lineBreak of ['\r', '\n', '\0', '\r\n\x01: a\r\n']) {
        const connection = await dial();
        await connection.post(
          '/mcp',
          `${header}: a${lineBreak}X-Injected: yes`,
          'connection: close',
          'content-length: 0',
        );
        const answer = await connection.untilClosed();
        // A bare line feed ends a header for Node's parser; none of what follows comes back.
        expect(answer).toMatch(/^HTTP\/1\.1 4\d\d /);
        expect(answer).not.toMatch(/injected/i);
      }
    expect(await client.call(1, 'ping')).toHaveProperty('result');
  });

  it('sends an event id with line breaks: 400 without a repetition of it', async () => {
    await start();
    const client = await HttpWireClient.connect(`${running.url}/mcp`);
    for (const id of [`${client.sessionId}.0.1\u0085data: x`, `${client.sessionId}.0.${'1'.repeat(5_000)}`]) {
      const { response } = await client.open(id);
      expect(response.statusCode).toBe(400);
    }
  });

  it('sends a body a byte at a time: 408 when its time is up, and the connection ends', async () => {
    const client = await connect({ limits: { bodyMs: 300 } });
    const connection = await dial();
    await connection.post(await pathOf(client), 'content-length: 1000000');
    const trickle = setInterval(() => void connection.write(' '), 20);
    const answer = await connection.untilClosed();
    clearInterval(trickle);
    expect(answer).toMatch(/^HTTP\/1\.1 408 .*\r\nconnection: close\r\n/is);
    expect(JSON.parse(answer.split('\r\n\r\n')[1]!.replace(/^[\da-f]+\r\n/i, ''))).toEqual({
      jsonrpc: '2.0',
      error: { code: -32000, message: 'A message must arrive within 300 ms.' },
      id: null,
    });
    expect(await client.call(1, 'ping')).toHaveProperty('result');
  });

  it('keeps sending after 413: the connection ends when the time of the body is up', async () => {
    const client = await connect({ limits: { bodyMs: 300, maxMessageBytes: 1_000 } });
    const connection = await dial();
    await connection.post(await pathOf(client), 'transfer-encoding: chunked');
    const trickle = setInterval(() => void connection.write(`200\r\n${'x'.repeat(0x200)}\r\n`), 20);
    try {
      expect(await connection.untilClosed()).toMatch(/^HTTP\/1\.1 413 /);
    } finally {
      clearInterval(trickle);
    }
    expect(await client.call(1, 'ping')).toHaveProperty('result');
  });

  it('sends a message byte by byte: it is answered like a message in one piece', async () => {
    const client = await connect();
    const connection = await dial();
    const message = JSON.stringify(
      rpc(1, 'tools/call', { name: 'greet', arguments: { name: 'ü'.repeat(10_000) } }),
    );
    await connection.post(await pathOf(client), 'transfer-encoding: chunked');
    // A character of Latin-1 is a byte, and so half of an ü.
    const bytes = [...Buffer.from(message).toString('latin1')];
    await connection.write(`${bytes.map((byte) => `1\r\n${byte}\r\n`).join('')}0\r\n\r\n`, 'latin1');
    expect(textOf(await client.answer(1))).toBe(`Hello ${'ü'.repeat(10_000)}`);
  });

  it('opens thousands of sessions: as many as its limit, then 503 with Retry-After, and memory stays flat', async () => {
    const keys = ['mallory', 'ada'].map((name) => ({ name, key: `the key of ${name}` }));
    await start({ auth: { apiKey: { keys } }, limits: { maxSessionsPerPrincipal: 100 } });
    const agent = new Agent({ keepAlive: true, maxSockets: 16 });
    const initialize = JSON.stringify(
      rpc(1, 'initialize', {
        protocolVersion: '2025-11-25',
        capabilities: {},
        clientInfo: { name: 'x', version: '1' },
      }),
    );
    const open = () =>
      new Promise<string>((resolve, reject) => {
        const headers = { ...JSON_TYPE, 'x-api-key': 'the key of mallory' };
        request(`${running.url}/mcp`, { method: 'POST', headers, agent }, (response) => {
          response.resume().on('end', () => {
            const retry = response.headers['retry-after'];
            resolve(`${response.statusCode} ${retry === undefined ? '' : 'Retry-After'}`.trim());
          });
        })
          .on('error', reject)
          .end(initialize);
      });
    const answers = new Map<string, number>();
    const flood = async (count: number) => {
      for (let sent = 0; sent < count; sent += 100)
        for (const answer of await Promise.all(Array.from({ length: 100 }, open)))
          answers.set(answer, (answers.get(answer) ?? 0) + 1);
    };
    // One kilobyte kept of each would be 1 MB.
    expect(await leastGrowth(0.4 * MIB, () => flood(1_000))).toBeLessThan(0.4 * MIB);
    agent.destroy();
    expect([...answers]).toEqual([
      ['200', 100],
      ['503 Retry-After', expect.any(Number)],
    ]);
    expect(running.sessions.sessions).toHaveLength(100);
    const other = await WireClient.connect(`${running.url}/sse`, { 'x-api-key': 'the key of ada' });
    expect(await other.call(1, 'ping')).toHaveProperty('result');
  });

  it('puts line breaks and terminal sequences into what is logged: they are escaped', async () => {
    const log = new MemoryLog();
    await start({}, log);
    const client = await WireClient.connect(`${running.url}/sse`);
    const text = 'Ada\n[Nest] 1 - LOG [Auth] admin logged in\u001b[2J\u2028\u202e';
    expect(textOf(await client.callTool(1, 'fail', { text }))).toMatch(/^isError: Internal error/);
    const logged = log.lines.filter((line) => line.includes('no such customer'));
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain(
      'customer: Ada\\u000a[Nest] 1 - LOG [Auth] admin logged in\\u001b[2J\\u2028\\u202e',
    );
    // What is left of lines is the stack: its head, which has the message once more, and its frames.
    const [, head, ...frames] = logged[0]!.split('\n');
    expect(head).toMatch(/^Error: no such customer: Ada\\u000a/);
    for (const line of frames) expect(line).toMatch(/^ +at /);
    // oxlint-disable-next-line no-control-regex
    expect(logged[0]).not.toMatch(/[\u001b\u2028\u202e]/);

    await client.post(rpc(2, 'tools/call', { name: 'wait' }));
    const params = { requestId: 2, reason: 'tired\u2028\u009b2J\u202e' };
    await client.post({ jsonrpc: '2.0', method: 'notifications/cancelled', params });
    const cancelled = log.lines.filter((line) => line.includes('tired'));
    expect(cancelled).toEqual([expect.stringContaining('tired\\u2028\\u009b2J\\u202e')]);
  });
});
