import { describe, expect, it } from '@jest/globals';
import { McpRegistry, type McpAuditEvent } from 'nestjs-mcp-sse';
import { HttpWireClient } from '../clients/http-wire-client.js';
import { WireClient } from '../clients/wire-client.js';
import { appPerTest, textOf } from '../fixtures/app-per-test.js';
import { ADA, BANK, BankUserGuard, digestOf, trailOf, UUID, WHO_ADA } from '../fixtures/bank.js';
import { MemoryLog } from '../fixtures/memory-log.js';
import { Stage } from '../fixtures/stage.js';
import { describeOnTransports } from '../fixtures/transports.js';

describeOnTransports('the audit trail', (connect, transport, era) => {
  it('records each call, read and prompt: who, by which client, when, how long and how large; but no pings and lists', async () => {
    const { client, sessions, audit } = await connect({ providers: BANK });
    const trail: McpAuditEvent[] = [];
    audit.events$.subscribe((event) => trail.push(event));
    const isLegacy = era === 'legacy';
    if (isLegacy) await client.ping();
    await client.listTools();
    await client.callTool({ name: 'pay', arguments: { iban: 'DE1', purpose: 'secret' } });
    await client.readResource({ uri: 'accounts://7' });
    if (isLegacy) await client.subscribeResource({ uri: 'accounts://7' });
    await client.getPrompt({ name: 'summary' });
    const always = {
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      server: 'test',
      correlationId: expect.stringMatching(UUID),
      outcome: 'ok',
      subject: 'anonymous',
      issuer: 'nestjs-mcp-sse',
      session: isLegacy ? digestOf(sessions.sessions[0]!.id) : undefined,
      transport,
      protocolVersion: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      client: 'test-client',
      clientVersion: '1.0.0',
      address: transport === 'stdio' ? undefined : '127.0.0.1',
      durationMs: expect.any(Number),
      requestBytes: expect.any(Number),
      responseBytes: expect.any(Number),
    };
    expect(trail).toEqual([
      { ...always, type: 'call', method: 'tools/call', name: 'pay', arguments: { iban: 'DE1' } },
      { ...always, type: 'read', method: 'resources/read', uri: 'accounts://7' },
      ...(isLegacy
        ? [{ ...always, type: 'subscribe', method: 'resources/subscribe', uri: 'accounts://7' }]
        : []),
      { ...always, type: 'prompt', method: 'prompts/get', name: 'summary' },
    ]);
    const [{ durationMs, requestBytes, responseBytes }] = trail as [Required<McpAuditEvent>];
    expect(durationMs).toBeGreaterThan(0);
    expect(requestBytes).toBeGreaterThan(80);
    expect(responseBytes).toBeGreaterThan(60);
    expect(responseBytes).toBeLessThan(200);
  });
});

describe('the audit trail', () => {
  const { start } = appPerTest();
  const run = () => start({ providers: BANK, options: { guards: [BankUserGuard] } });

  it('records the start and end of a session, and its initialization', async () => {
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

  it('records the arguments that the tool allows: lists and objects by their kind, texts up to 256 characters', async () => {
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

  it('records calls without an answer as cancelled: by the client, or because the session ended', async () => {
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

  it('gives each subscriber the same entry', async () => {
    const running = await run();
    const trails = [trailOf(running), trailOf(running)];
    const client = await WireClient.connect(`${running.url}/sse`, ADA);
    await client.callTool(1, 'pay', { iban: 'DE1' });
    const [one, other] = trails.map((trail) => trail.find(({ type }) => type === 'call'));
    expect(one).toBeDefined();
    expect(one).toBe(other);
  });

  it('has the correlation id of the handler, the log and the masked error', async () => {
    const log = new MemoryLog();
    const running = await start({ providers: BANK, configure: (app) => app.useLogger(log) });
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
});
