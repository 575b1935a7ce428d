import { describe, expect, it } from '@jest/globals';
import type { McpSseModuleOptions } from 'nestjs-mcp-sse';
import { HttpWireClient, rpc } from '../clients/http-wire-client.js';
import { send, WireClient } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { appPerTest } from '../fixtures/app-per-test.js';
import { ADA, BANK, BankUserGuard, digestOf, trailOf, UUID, WHO_ADA } from '../fixtures/bank.js';
import { MemoryLog } from '../fixtures/memory-log.js';
import { Stage } from '../fixtures/stage.js';

describe('a denial in the audit trail', () => {
  const { start } = appPerTest();
  const run = () => start({ providers: BANK, options: { guards: [BankUserGuard] } });

  it("records the refusal of a tool's or a resource's guard as a denial", async () => {
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

  it('records a request for a hidden feature as a denial, and one for an unknown feature as a failure', async () => {
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

  it('records a call that lacks a scope as one denial, over HTTP too', async () => {
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
});

describeOnAdapters('the audit trail of what is refused over HTTP', (adapter) => {
  const { start } = appPerTest(adapter);
  const run = (options: Partial<McpSseModuleOptions> = {}) =>
    start({ providers: BANK, options: { guards: [BankUserGuard], ...options } });

  it('records HTTP refusals as denials: who, from where, what and why, but no error texts', async () => {
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

  it('records what the headers of a refused POST say it was for, decoded and cut, and trusts them in nothing', async () => {
    const { url, ...running } = await run();
    const trail = trailOf(running);
    const post = (headers: Record<string, string>) =>
      send(`${url}/mcp`, {
        headers: { 'content-type': 'application/json', 'mcp-method': 'tools/call', ...headers },
        body: '{}',
      });
    await post({ 'x-user': 'eve', 'mcp-name': 'pay' });
    await post({ ...ADA, host: 'evil.example', 'mcp-name': `=?base64?${btoa('vault\n')}?=` });
    await post({ ...ADA, 'content-type': 'text/plain', 'mcp-name': 'x'.repeat(1_000) });
    await post({ ...ADA, 'mcp-name': '=?base64?%%%?=' });
    const claimed = { type: 'denial', method: 'POST /mcp', claimedMethod: 'tools/call' };
    expect(trail).toMatchObject([
      { ...claimed, status: 403, claimedName: 'pay' },
      { ...claimed, status: 403, claimedName: 'vault\n' },
      { ...claimed, status: 415, claimedName: `${'x'.repeat(256)}…` },
      { ...claimed, status: 400, claimedName: '=?base64?%%%?=' },
    ]);
  });

  it('names the call in the log when a guard breaks before the body is read', async () => {
    const log = new MemoryLog();
    const { url } = await start({
      providers: BANK,
      options: { guards: [{ canActivate: () => Promise.reject(new Error('no directory')) }] },
      configure: (app) => app.useLogger(log),
    });
    const headers = { 'mcp-method': 'tools/call', 'mcp-name': `=?base64?${btoa('pay\nforged')}?=` };
    expect((await send(`${url}/mcp`, { headers, body: '{}' })).status).toBe(500);
    const logged = log.lines.filter((line) => line.includes('no directory'));
    expect(logged).toEqual([
      expect.stringContaining(
        'a request of the transport, by its headers tools/call pay\\u000aforged, failed',
      ),
    ]);
  });

  it('records a wrong key as a denial without a principal, and never the key', async () => {
    const log = new MemoryLog();
    const keys = [{ name: 'ci', key: 'the-right-secret-key' }];
    const running = await start({
      providers: BANK,
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
});
