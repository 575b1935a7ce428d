import { EventEmitter, once } from 'node:events';
import { Agent, request } from 'node:http';
import { afterEach, expect, it } from '@jest/globals';
import { Injectable, type CanActivate } from '@nestjs/common';
import { IsString } from 'class-validator';
import { McpSessionService, McpTool, type McpSseModuleOptions } from 'nestjs-mcp-sse';
import { rawRequest } from '../../libs/mcp-sse/src/http/raw-request.js';
import { HttpWireClient, rpc } from '../clients/http-wire-client.js';
import { RawConnection } from '../clients/raw-connection.js';
import { send, WireClient } from '../clients/wire-client.js';
import { describeOnEveryAdapter } from '../fixtures/adapters.js';
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

@Injectable()
class Features {
  @McpTool()
  greet({ name }: NamedDto): string {
    return `Hello ${name}`;
  }

  @McpTool({ input: { type: 'object' } })
  fail({ text }: { text: string }): never {
    throw new Error(`no such customer: ${text}`);
  }

  @McpTool()
  wait(): Promise<never> {
    return new Promise(() => undefined);
  }
}

describeOnEveryAdapter('the attacker', (adapter) => {
  let running: RunningApp;
  const connections: RawConnection[] = [];

  const start = async (options: Partial<McpSseModuleOptions> = {}, log?: MemoryLog) => {
    running = await startApp({
      adapter,
      options,
      providers: [Features],
      configure: (app) => log && app.useLogger(log),
    });
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

  afterEach(async () => {
    for (const connection of connections.splice(0)) connection.close();
    await running.close();
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

  it('leaves while a guard decides: no session is opened for nobody', async () => {
    const decided = new EventEmitter();
    const guard: CanActivate = {
      canActivate: async (context) => {
        const { socket } = rawRequest(context.getArgByIndex(0));
        decided.emit('asked');
        if (!socket.destroyed) await once(socket, 'close');
        decided.emit('decided');
        return true;
      },
    };
    await start({ guards: [guard] });
    const { app } = running;
    let opened = 0;
    app.get(McpSessionService).events$.subscribe(({ type }) => void (type === 'opened' && opened++));
    for (const path of ['/sse', '/mcp']) {
      const asked = once(decided, 'asked');
      const leaving = request(running.url + path, { headers: { accept: 'text/event-stream' } });
      leaving.on('error', () => undefined).end();
      await asked;
      const over = once(decided, 'decided');
      leaving.destroy();
      await over;
      // Refused by its method, before the guard: everything that the other one has caused is over then.
      expect((await send(`${running.url}/sse`, { method: 'PUT' })).status).toBe(404);
    }
    expect(opened).toBe(0);
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

  // It takes seconds, and what sessions hold does not depend on the adapter.
  if (adapter !== 'node')
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
