import { describe, expect, it } from '@jest/globals';
import { ConsoleLogger } from '@nestjs/common';
import {
  McpAuditService,
  mcpAuditServiceToken,
  McpContext,
  McpSseModule,
  type McpAuditEvent,
  type McpSseModuleOptions,
} from 'nestjs-mcp-sse';
import { filter, firstValueFrom, map, Subject } from 'rxjs';
import { send, WireClient } from '../clients/wire-client.js';
import { appPerTest, textOf } from '../fixtures/app-per-test.js';
import { ADA, BANK, BankUserGuard, trailOf, WHO_ADA } from '../fixtures/bank.js';
import { MemoryLog } from '../fixtures/memory-log.js';

const { start } = appPerTest();

describe('a subscriber of the audit trail', () => {
  it('may throw or reject without harm, and the log reports each subscriber once', async () => {
    const log = new MemoryLog();
    const running = await start({ providers: BANK, configure: (app) => app.useLogger(log) });
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

  it('creates no entries while nobody listens', async () => {
    const running = await start({ providers: BANK, options: { guards: [BankUserGuard], audit: false } });
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
  const linesOf = async (options: Partial<McpSseModuleOptions>, headers: Record<string, string> = ADA) => {
    const log = new MemoryLog();
    const running = await start({ providers: BANK, options, configure: (app) => app.useLogger(log) });
    const client = await WireClient.connect(`${running.url}/sse`, headers);
    await client.callTool(1, 'pay', { iban: 'DE1\u2028\u0085\u202e\n' });
    await send(`${running.url}/messages?sessionId=x`, { headers });
    return log.lines.filter((line) => line.endsWith(' McpAudit'));
  };

  it('is on if requests are authenticated: a line of JSON for each entry, warnings for denials', async () => {
    const lines = await linesOf({ guards: [BankUserGuard] });
    const entries = lines.map((line) => /^(\w+) (\{.*\}) McpAudit$/.exec(line)!.slice(1));
    expect(entries.map(([level]) => level)).toEqual(['log', 'log', 'warn']);
    expect(entries.map(([, json]) => JSON.parse(json!) as unknown)).toMatchObject([
      { type: 'connect', ...WHO_ADA },
      { type: 'call', name: 'pay', arguments: { iban: 'DE1\u2028\u0085\u202e\n' } },
      { type: 'denial', status: 404 },
    ]);
    expect(lines.join('')).not.toMatch(/[\n\u2028\u0085\u202e]/);
  });

  it('is off without authentication, and if the option says so', async () => {
    expect(await linesOf({})).toEqual([]);
    expect(await linesOf({ guards: [BankUserGuard], audit: false })).toEqual([]);
    expect(await linesOf({ audit: 'log' })).toHaveLength(3);
  });
});

describe('an entry that the level of the log drops', () => {
  it('is not built, unless someone subscribes', async () => {
    const running = await start({
      providers: BANK,
      options: { audit: 'log' },
      configure: (app) => app.useLogger(new ConsoleLogger({ logLevels: ['error'] })),
    });
    const audit = running.app.get(McpAuditService);
    let built = 0;
    const principal = { subject: 'ada', scopes: [], roles: [], claims: {} };
    const context = { principal, requestId: 1 } as unknown as McpContext;
    Object.defineProperty(context, 'correlationId', { get: () => String(++built) });
    const call = () => audit.request('tools/call', { name: 'pay' }, context, 1)!.end({ content: [] }, '{}');
    call();
    expect(built).toBe(0);
    const trail = [trailOf(running), trailOf(running)];
    call();
    expect(built).toBe(1);
    expect(trail[0]).toMatchObject([{ type: 'call', name: 'pay', subject: 'ada', correlationId: '1' }]);
    expect(trail[1]![0]).toBe(trail[0]![0]);
  });
});

describe('the audit trails of several servers', () => {
  it('are separate', async () => {
    const second = McpSseModule.forRoot({
      name: 'second',
      version: '1.0.0',
      sse: { path: 'second/sse', messagesPath: 'second/messages' },
      http: { path: 'second/mcp' },
    });
    const { app, url } = await start({ providers: BANK, options: { name: 'first' }, imports: [second] });
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
