import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import {
  ForbiddenException,
  Injectable,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { IsOptional, IsString } from 'class-validator';
import {
  McpAuditService,
  mcpAuditServiceToken,
  McpContext,
  McpPrompt,
  McpRegistry,
  McpResource,
  McpRoles,
  McpScopes,
  McpSseModule,
  McpTool,
  type McpAuditEvent,
  type McpSseModuleOptions,
} from 'nestjs-mcp-sse';
import { filter, firstValueFrom, map, Subject } from 'rxjs';
import { HttpWireClient, rpc } from '../clients/http-wire-client.js';
import { send, WireClient } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { appPerTest, textOf } from '../fixtures/app-per-test.js';
import { MemoryLog } from '../fixtures/memory-log.js';
import { Stage } from '../fixtures/stage.js';
import type { RunningApp } from '../fixtures/start-app.js';
import { describeOnTransports } from '../fixtures/transports.js';

class PaymentDto {
  @IsString()
  iban!: string;

  @IsOptional()
  @IsString()
  purpose?: string;

  @IsOptional()
  lines?: unknown;
}

@Injectable()
class NobodyGuard implements CanActivate {
  canActivate(): boolean {
    return false;
  }
}

/** Whom the header names: `tenant/subject` or `subject`. */
@Injectable()
class UserGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request: { headers: Record<string, string>; user?: object } = context.switchToHttp().getRequest();
    const [sub, tenant] = (request.headers['x-user'] ?? '').split('/').reverse();
    if (sub === 'eve') throw new ForbiddenException('secret-of-eve');
    if (sub) request.user = { sub, tenant, iss: 'gateway' };
    return true;
  }
}

@Injectable()
class Bank {
  @McpTool({ audit: ['iban', 'lines'] })
  pay({ iban }: PaymentDto): string {
    return `paid ${iban}`;
  }

  @McpTool()
  silent({ purpose }: PaymentDto): string {
    return `${purpose}`;
  }

  @McpTool()
  broken(ctx: McpContext): never {
    throw new Error(`id in the handler: ${ctx.correlationId}`);
  }

  @McpTool()
  @UseGuards(NobodyGuard)
  vault(): string {
    return 'gold';
  }

  @McpTool()
  @McpRoles('director')
  hidden(): string {
    return 'gold';
  }

  @McpTool()
  @McpScopes('pay')
  scoped(): string {
    return 'gold';
  }

  @McpResource({ uri: 'hidden://all' })
  @McpRoles('director')
  hiddenContent(): string {
    return 'gold';
  }

  @McpPrompt()
  @McpRoles('director')
  hiddenPrompt(): string {
    return 'gold';
  }

  @McpResource({ uri: 'accounts://{id}' })
  account(): string {
    return 'an account';
  }

  @McpResource({ uri: 'vault://all' })
  @UseGuards(NobodyGuard)
  vaultContent(): string {
    return 'gold';
  }

  @McpPrompt()
  summary(): string {
    return 'Sum up.';
  }
}

const providers = [Bank, Stage];
const ADA = { 'x-user': 'acme/ada' };
const WHO_ADA = { issuer: 'gateway', subject: 'ada', tenant: 'acme' };
const UUID = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/;

/** The trail from now on. */
function trailOf({ app }: Pick<RunningApp, 'app'>): McpAuditEvent[] {
  const trail: McpAuditEvent[] = [];
  app.get(McpAuditService).events$.subscribe((event) => trail.push(event));
  return trail;
}

function digestOf(sessionId: string): string {
  return createHash('sha256').update(sessionId).digest('hex').slice(0, 16);
}

describeOnTransports('the audit trail', (connect, transport) => {
  it('has each call, read and prompt, who, when, how long and how large; and no pings and lists', async () => {
    const { client, sessions, audit } = await connect({ providers });
    const trail: McpAuditEvent[] = [];
    audit.events$.subscribe((event) => trail.push(event));
    await client.ping();
    await client.listTools();
    await client.callTool({ name: 'pay', arguments: { iban: 'DE1', purpose: 'secret' } });
    await client.readResource({ uri: 'accounts://7' });
    await client.subscribeResource({ uri: 'accounts://7' });
    await client.getPrompt({ name: 'summary' });
    const { id } = sessions.sessions[0]!;
    const always = {
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      server: 'test',
      correlationId: expect.stringMatching(UUID),
      outcome: 'ok',
      subject: 'anonymous',
      issuer: 'nestjs-mcp-sse',
      session: digestOf(id),
      transport,
      address: transport === 'stdio' ? undefined : '127.0.0.1',
      durationMs: expect.any(Number),
      requestBytes: expect.any(Number),
      responseBytes: expect.any(Number),
    };
    expect(trail).toEqual([
      { ...always, type: 'call', method: 'tools/call', name: 'pay', arguments: { iban: 'DE1' } },
      { ...always, type: 'read', method: 'resources/read', uri: 'accounts://7' },
      { ...always, type: 'subscribe', method: 'resources/subscribe', uri: 'accounts://7' },
      { ...always, type: 'prompt', method: 'prompts/get', name: 'summary' },
    ]);
    const [{ durationMs, requestBytes, responseBytes }] = trail as [Required<McpAuditEvent>];
    expect(durationMs).toBeGreaterThan(0);
    expect(requestBytes).toBeGreaterThan(80);
    expect(responseBytes).toBeGreaterThan(60);
    expect(responseBytes).toBeLessThan(200);
  });
});

describeOnAdapters('the audit trail', (adapter) => {
  const { start } = appPerTest(adapter);
  const run = (options: Partial<McpSseModuleOptions> = {}) =>
    start({ providers, options: { guards: [UserGuard], ...options } });

  it('has the beginning and the end of a session, and its initialization', async () => {
    const running = await run();
    const trail = trailOf(running);
    const client = await WireClient.connect(`${running.url}/sse`, ADA);
    await client.initialize();
    const id = await client.sessionId();
    running.sessions.close(id, 'revoked');
    const always = { ...WHO_ADA, session: digestOf(id), transport: 'sse', outcome: 'ok' };
    expect(trail).toMatchObject([
      { ...always, type: 'connect' },
      { ...always, type: 'initialize', method: 'initialize' },
      { ...always, type: 'close', reason: 'revoked', durationMs: expect.any(Number) },
    ]);
  });

  it('has of the arguments what their tool allows, of lists and objects what they are, and no more than 256 characters', async () => {
    const running = await run();
    running.app
      .get(McpRegistry)
      .addTool({ name: 'added', audit: ['id', 'absent', '__proto__', 'toString'] }, () => 'ok');
    const client = await WireClient.connect(`${running.url}/sse`, ADA);
    const trail = trailOf(running);
    await client.callTool(1, 'silent', { iban: 'DE1', purpose: 'secret' });
    await client.callTool(2, 'pay', { iban: 'x'.repeat(1_000), lines: [{ secret: 1 }], purpose: 'secret' });
    await client.callTool(3, 'pay', { iban: 'DE1', lines: { secret: 1 } });
    await client.callTool(4, 'added', { id: 7, other: 'secret' });
    await client.callTool(5, 'x'.repeat(1_000), { id: 'secret' });
    await client.callTool(6, 'pay', [] as object);
    expect(trail.map(({ arguments: args }) => args)).toEqual([
      undefined,
      { iban: `${'x'.repeat(256)}…`, lines: '[1 items]' },
      { iban: 'DE1', lines: '[object]' },
      { id: 7 },
      undefined,
      {},
    ]);
    expect(trail[4]).toMatchObject({ name: `${'x'.repeat(256)}…`, outcome: 'failed', code: -32602 });
    expect(JSON.stringify(trail)).not.toContain('secret');
  });

  it('has what a guard of a tool or a resource refuses as a denial', async () => {
    const running = await run();
    const client = await WireClient.connect(`${running.url}/sse`, ADA);
    const trail = trailOf(running);
    await client.callTool(1, 'vault');
    await client.call(2, 'resources/read', { uri: 'vault://all' });
    const denied = { type: 'denial', outcome: 'denied', reason: 'forbidden', ...WHO_ADA };
    expect(trail).toMatchObject([
      { ...denied, method: 'tools/call', name: 'vault' },
      { ...denied, method: 'resources/read', uri: 'vault://all', code: -32600 },
    ]);
  });

  it('has what is hidden, and named nevertheless, as a denial, and what does not exist as a failure', async () => {
    const running = await run();
    const client = await WireClient.connect(`${running.url}/sse`, ADA);
    const trail = trailOf(running);
    await client.callTool(1, 'hidden');
    await client.call(2, 'resources/read', { uri: 'hidden://all' });
    await client.call(3, 'prompts/get', { name: 'hiddenPrompt' });
    await client.callTool(4, 'unknown');
    await client.call(5, 'resources/read', { uri: 'unknown://all' });
    const denied = { type: 'denial', outcome: 'denied', reason: 'forbidden', ...WHO_ADA };
    expect(trail).toMatchObject([
      { ...denied, method: 'tools/call', name: 'hidden', code: -32602 },
      { ...denied, method: 'resources/read', uri: 'hidden://all', code: -32002 },
      { ...denied, method: 'prompts/get', name: 'hiddenPrompt', code: -32602 },
      { type: 'call', outcome: 'failed', name: 'unknown', code: -32602 },
      { type: 'read', outcome: 'failed', uri: 'unknown://all', code: -32002 },
    ]);
  });

  it('has a call that lacks a scope as one denial, over HTTP too', async () => {
    const running = await run();
    const sse = await WireClient.connect(`${running.url}/sse`, ADA);
    const http = await HttpWireClient.connect(`${running.url}/mcp`, { headers: ADA });
    const trail = trailOf(running);
    const call = rpc(1, 'tools/call', { name: 'scoped' });
    expect((await sse.post(call)).status).toBe(403);
    expect((await http.post(call)).status).toBe(403);
    const denied = {
      type: 'denial',
      reason: 'insufficient-scope',
      method: 'tools/call',
      name: 'scoped',
      ...WHO_ADA,
    };
    expect(trail).toMatchObject([
      { ...denied, session: digestOf(await sse.sessionId()) },
      { ...denied, session: digestOf(http.sessionId) },
    ]);
  });

  it('has what is refused over HTTP as a denial: who, where from, what and why, and no text of errors', async () => {
    const running = await run({ limits: { maxSessionsPerPrincipal: 1, maxInFlight: 1 } });
    const { url } = running;
    const client = await WireClient.connect(`${url}/sse`, ADA);
    const id = await client.sessionId();
    const stage = running.app.get(Stage);
    await client.post(rpc('running', 'tools/call', { name: 'perform' }));
    await stage.next();
    const trail = trailOf(running);
    const post = (path: string, headers: Record<string, string>) =>
      send(url + path, { headers: { 'content-type': 'application/json', ...headers }, body: '{}' });
    await post(`/messages?sessionId=${id}`, { 'x-user': 'mallory' });
    await post('/messages?sessionId=unknown', ADA);
    await post('/mcp', { 'mcp-session-id': id, ...ADA, 'x-user': 'mallory' });
    await client.post(rpc(2, 'ping'));
    await send(`${url}/sse`, { method: 'GET', headers: ADA });
    await send(`${url}/sse?token=secret`, { method: 'GET', headers: { 'x-user': 'eve' } });
    await send(`${url}/sse`, { method: 'GET', headers: { ...ADA, host: 'evil.example' } });
    await post('/messages', ADA);
    await post('/sse', ADA);
    const denied = {
      type: 'denial',
      outcome: 'denied',
      correlationId: expect.stringMatching(UUID),
      server: 'test',
      time: expect.any(String),
      address: expect.stringContaining('127.0.0.1'),
    };
    const mallory = { issuer: 'gateway', subject: 'mallory', tenant: undefined };
    expect(trail).toEqual([
      { ...denied, ...mallory, status: 404, reason: 'foreign-session', method: 'POST /messages' },
      { ...denied, ...WHO_ADA, status: 404, reason: 'unknown-session', method: 'POST /messages' },
      { ...denied, ...mallory, status: 404, reason: 'foreign-session', method: 'POST /mcp' },
      { ...denied, ...WHO_ADA, status: 429, reason: 'rate-limit', method: 'POST /messages' },
      { ...denied, ...WHO_ADA, status: 503, reason: 'session-limit', method: 'GET /sse' },
      { ...denied, status: 403, reason: 'forbidden', method: 'GET /sse' },
      { ...denied, status: 403, reason: 'forbidden', method: 'GET /sse' },
      { ...denied, ...WHO_ADA, status: 400, reason: 'bad-request', method: 'POST /messages' },
      { ...denied, status: 405, reason: 'method-not-allowed', method: 'POST /sse' },
    ]);
  });

  it('has a wrong key as a denial of nobody, and the key nowhere', async () => {
    const log = new MemoryLog();
    const keys = [{ name: 'ci', key: 'the-right-secret-key' }];
    const running = await start({
      providers,
      options: { auth: { apiKey: { keys } } },
      configure: (app) => app.useLogger(log),
    });
    const trail = trailOf(running);
    const headers = { 'x-api-key': 'a-wrong-secret-key' };
    expect((await send(`${running.url}/sse`, { method: 'GET', headers })).status).toBe(401);
    expect(trail).toEqual([
      expect.objectContaining({ type: 'denial', status: 401, reason: 'unauthenticated', method: 'GET /sse' }),
    ]);
    expect(trail[0]).not.toHaveProperty('subject');

    const client = await WireClient.connect(`${running.url}/sse`, { 'x-api-key': 'the-right-secret-key' });
    await client.callTool(1, 'pay', { iban: 'DE1', purpose: 'secret-purpose' });
    expect(log.lines.join()).toContain('"name":"pay"');
    const everything = log.lines.join() + JSON.stringify(trail);
    expect(everything).not.toMatch(/secret/);
    expect(everything).not.toContain(await client.sessionId());
  });

  it('has calls without an answer as cancelled: by the client, or because the session ended', async () => {
    const running = await run();
    const client = await HttpWireClient.connect(`${running.url}/mcp`, { headers: ADA });
    const trail = trailOf(running);
    const stage = running.app.get(Stage);
    const [first, act] = await stage.stream(client, 'a');
    await client.cancel('a');
    await first.end();
    act.resolve('too late');
    const [second] = await stage.stream(client, 'b');
    running.sessions.close(client.sessionId);
    await second.end();
    const cancelled = { type: 'call', name: 'perform', outcome: 'cancelled', responseBytes: 0, ...WHO_ADA };
    expect(trail).toMatchObject([cancelled, cancelled, { type: 'close' }]);
  });

  it('has the correlation id that the handler, the log and the masked error have', async () => {
    const log = new MemoryLog();
    const running = await start({ providers, configure: (app) => app.useLogger(log) });
    const client = await WireClient.connect(`${running.url}/sse`);
    const trail = trailOf(running);
    const text = textOf(await client.callTool(1, 'broken'));
    const [{ correlationId, outcome }] = trail as [McpAuditEvent];
    expect(outcome).toBe('failed');
    expect(text).toBe(`isError: Internal error (correlation id ${correlationId})`);
    const logged = log.lines.filter((line) => line.includes('failed'));
    expect(logged).toHaveLength(1);
    expect(logged[0]).toContain(`id in the handler: ${correlationId} (correlation id ${correlationId})`);
  });

  it('breaks nothing where a subscriber throws or rejects, and the log says so once for each', async () => {
    const log = new MemoryLog();
    const running = await start({ providers, configure: (app) => app.useLogger(log) });
    const { events$ } = running.app.get(McpAuditService);
    const failing = new Subject<McpAuditEvent>();
    events$.subscribe(() => {
      throw new Error('sink 1\nis down');
    });
    events$.subscribe(async () => {
      throw new Error('sink 2 is down');
    });
    events$
      .pipe(
        filter(({ type }) => type === 'call'),
        map(({ name }) => name!),
      )
      .subscribe({
        next: () => {
          throw new Error('sink 3 is down');
        },
      });
    events$
      .pipe(
        map(() => {
          throw new Error('sink 4 is down');
        }),
      )
      .subscribe();
    events$.subscribe(failing);
    const trail = trailOf(running);
    const passedOn = firstValueFrom(failing);
    const client = await WireClient.connect(`${running.url}/sse`);
    for (const id of [1, 2, 3])
      expect(textOf(await client.callTool(id, 'pay', { iban: 'DE1' }))).toBe('paid DE1');
    expect(trail.map(({ type }) => type)).toEqual(['connect', 'call', 'call', 'call']);
    expect(await passedOn).toBe(trail[0]);
    const said = log.lines.filter((line) => line.includes('A subscriber of the audit trail failed'));
    expect(said.toSorted()).toEqual([
      expect.stringContaining('sink 1\\u000ais down'),
      ...[2, 3, 4].map((sink) => expect.stringContaining(`sink ${sink} is down`)),
    ]);
  });

  it('makes nothing while nobody listens', async () => {
    const running = await run({ audit: false });
    const audit = running.app.get(McpAuditService);
    const context = {} as McpContext;
    expect(audit.request('tools/call', { name: 'pay' }, context, 1)).toBeUndefined();
    const subscription = audit.events$.subscribe();
    expect(audit.request('tools/call', { name: 'pay' }, context, 1)).toBeDefined();
    expect(audit.request('tools/list', {}, context, 1)).toBeUndefined();
    subscription.unsubscribe();
    expect(audit.request('tools/call', { name: 'pay' }, context, 1)).toBeUndefined();
  });
});

describe('the log of the audit trail', () => {
  const { start } = appPerTest();
  const linesOf = async (options: Partial<McpSseModuleOptions>, headers: Record<string, string> = ADA) => {
    const log = new MemoryLog();
    const running = await start({ providers, options, configure: (app) => app.useLogger(log) });
    const client = await WireClient.connect(`${running.url}/sse`, headers);
    await client.callTool(1, 'pay', { iban: 'DE1\u2028\u0085\u202e\n' });
    await send(`${running.url}/messages?sessionId=x`, { headers });
    return log.lines.filter((line) => line.endsWith(' McpAudit'));
  };

  it('is on where requests are authenticated: a line of JSON for each entry, warnings for denials', async () => {
    const lines = await linesOf({ guards: [UserGuard] });
    const entries = lines.map((line) => /^(\w+) (\{.*\}) McpAudit$/.exec(line)!.slice(1));
    expect(entries.map(([level]) => level)).toEqual(['log', 'log', 'warn']);
    expect(entries.map(([, json]) => JSON.parse(json!) as unknown)).toMatchObject([
      { type: 'connect', ...WHO_ADA },
      { type: 'call', name: 'pay', arguments: { iban: 'DE1\u2028\u0085\u202e\n' } },
      { type: 'denial', status: 404 },
    ]);
    expect(lines.join('')).not.toMatch(/[\n\u2028\u0085\u202e]/);
  });

  it('is off where nobody is authenticated, and where the option says so', async () => {
    expect(await linesOf({})).toEqual([]);
    expect(await linesOf({ guards: [UserGuard], audit: false })).toEqual([]);
    expect(await linesOf({ audit: 'log' })).toHaveLength(3);
  });
});

describe('the audit trails of several servers', () => {
  const { start } = appPerTest();

  it('are apart', async () => {
    const second = McpSseModule.forRoot({
      name: 'second',
      version: '1.0.0',
      sse: { path: 'second/sse', messagesPath: 'second/messages' },
      http: { path: 'second/mcp' },
    });
    const { app, url } = await start({ providers, options: { name: 'first' }, imports: [second] });
    const trail: McpAuditEvent[] = [];
    for (const server of ['first', 'second'])
      app.get<McpAuditService>(mcpAuditServiceToken(server)).events$.subscribe((event) => trail.push(event));
    await WireClient.connect(`${url}/second/sse`);
    await send(`${url}/messages?sessionId=x`);
    expect(trail).toMatchObject([
      { type: 'connect', server: 'second' },
      { type: 'denial', server: 'first' },
    ]);
  });
});
