import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { Injectable } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { McpContext, McpHealthIndicator, McpTool, serveStdio } from 'nestjs-mcp-sse';
import { MODERN } from '../clients/modern-client.js';
import { ModernWireClient, modernRpc } from '../clients/modern-wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { appPerTest } from '../fixtures/app-per-test.js';
import { ADA, BANK, BankUserGuard, trailOf, UUID, WHO_ADA } from '../fixtures/bank.js';
import { metered } from '../fixtures/metered.js';
import { Scrape } from '../fixtures/scrape.js';
import { Stage } from '../fixtures/stage.js';
import { testModule } from '../fixtures/start-app.js';

const NOTHING = { type: 'object' as const, properties: {} };
const LOG_LEVEL = { 'io.modelcontextprotocol/logLevel': 'debug' };
const ELICITS = { 'io.modelcontextprotocol/clientCapabilities': { elicitation: {} } };
const CLAIM = 'io.modelcontextprotocol/protocolVersion';

/** Asks its client before it answers. */
@Injectable()
class Order {
  @McpTool()
  async order(ctx: McpContext): Promise<string> {
    const { action } = await ctx.elicit({ message: 'Sure?', requestedSchema: NOTHING });
    return action;
  }
}

/** Calls the tool that asks, and answers its question. */
async function orderInTwoRounds(client: ModernWireClient): Promise<void> {
  const params = { name: 'order', _meta: ELICITS };
  const { result } = await client.call('tools/call', params);
  const [key] = Object.keys(result.inputRequests as object) as [string];
  const { requestState } = result as { requestState: string };
  const inputResponses = { [key]: { action: 'accept', content: {} } };
  const answered = await client.call('tools/call', { ...params, requestState, inputResponses });
  expect(answered).toMatchObject({ result: { content: [{ text: 'accept' }] } });
}

describeOnAdapters('the audit trail of requests without a session', (adapter) => {
  const { start } = appPerTest(adapter);
  const run = async () => {
    const running = await start({ providers: BANK, options: { guards: [BankUserGuard] } });
    const client = new ModernWireClient(`${running.url}/mcp`, ADA);
    return { ...running, client, trail: trailOf(running) };
  };

  it('records each call, read, prompt and denial: who, by which client and how, but no session', async () => {
    const { client, trail } = await run();
    await client.callTool('pay', { iban: 'DE1', purpose: 'secret' });
    await client.call('resources/read', { uri: 'accounts://7' });
    await client.call('prompts/get', { name: 'summary' });
    await client.callTool('vault');
    await client.callTool('unknown');
    await client.call('tools/list');
    await client.call('server/discover');
    const always = {
      ...WHO_ADA,
      server: 'test',
      time: expect.any(String),
      correlationId: expect.stringMatching(UUID),
      address: '127.0.0.1',
      transport: 'streamable-http',
      protocolVersion: MODERN,
      client: 'wire',
      clientVersion: '1.0.0',
      outcome: 'ok',
      durationMs: expect.any(Number),
      requestBytes: expect.any(Number),
      responseBytes: expect.any(Number),
    };
    const denied = { type: 'denial', outcome: 'denied', reason: 'forbidden' };
    expect(trail).toEqual([
      { ...always, type: 'call', method: 'tools/call', name: 'pay', arguments: { iban: 'DE1' } },
      { ...always, type: 'read', method: 'resources/read', uri: 'accounts://7' },
      { ...always, type: 'prompt', method: 'prompts/get', name: 'summary' },
      { ...always, ...denied, method: 'tools/call', name: 'vault' },
      { ...always, type: 'call', outcome: 'failed', method: 'tools/call', name: 'unknown', code: -32602 },
    ]);
    expect(trail.every((event) => event.session === undefined)).toBe(true);
  });

  it('records each round of a call that asks its client, and what a client lacks as a failure', async () => {
    const running = await start({ providers: [Order] });
    const trail = trailOf(running);
    const client = new ModernWireClient(`${running.url}/mcp`);
    await orderInTwoRounds(client);
    expect(await client.callTool('order')).toMatchObject({ error: { code: -32021 } });
    const call = { type: 'call', method: 'tools/call', name: 'order', code: undefined };
    expect(trail).toMatchObject([
      { ...call, outcome: 'input_required' },
      { ...call, outcome: 'ok' },
      { ...call, outcome: 'failed', code: -32021 },
    ]);
  });

  it('records a call whose client went away as cancelled', async () => {
    const { app, client, trail } = await run();
    const stage = app.get(Stage);
    const opening = client.stream('tools/call', { name: 'perform', _meta: LOG_LEVEL });
    const act = await stage.next();
    act.context.log.info('on its way');
    const stream = await opening;
    const aborted = once(act.context.signal, 'abort');
    stream.close();
    await aborted;
    expect(trail).toMatchObject([{ ...WHO_ADA, type: 'call', name: 'perform', outcome: 'cancelled' }]);
  });

  it('records a header that says otherwise than the body as a denial, with what it says', async () => {
    const { client, trail } = await run();
    await client.post('tools/call', { name: 'pay' }, { 'mcp-name': 'silent' });
    const refused = { type: 'denial', status: 400, code: -32020, reason: 'header-mismatch' };
    expect(trail).toMatchObject([
      { ...WHO_ADA, ...refused, claimedMethod: 'tools/call', claimedName: 'silent' },
    ]);
  });

  it('records a call that lacks a scope as one denial, and an unserved version with its code', async () => {
    const { client, trail } = await run();
    expect((await client.post('tools/call', { name: 'scoped' })).status).toBe(403);
    const headers = { 'mcp-protocol-version': '2099-01-01' };
    const { status } = await client.post('tools/list', { _meta: { [CLAIM]: '2099-01-01' } }, headers);
    expect(status).toBe(400);
    expect(trail).toMatchObject([
      { ...WHO_ADA, type: 'denial', reason: 'insufficient-scope', method: 'tools/call', name: 'scoped' },
      {
        ...WHO_ADA,
        type: 'denial',
        reason: 'unsupported-version',
        status: 400,
        code: -32022,
        method: 'POST /mcp',
        claimedMethod: 'tools/list',
      },
    ]);
  });
});

describe('the audit trail of requests of revision 2026-07-28 over stdio', () => {
  it('has their client and revision, but no session and no address', async () => {
    const module = testModule({ providers: BANK });
    const app = await NestFactory.createApplicationContext(module, { logger: false });
    const [input, output] = [new PassThrough(), new PassThrough()];
    const served = serveStdio(app, { input, output });
    const trail = trailOf({ app });
    input.write(`${JSON.stringify(modernRpc(1, 'tools/call', { name: 'silent' }))}\n`);
    await once(createInterface({ input: output }), 'line');
    input.end();
    await served;
    await app.close();
    const [call] = trail;
    expect(call).toMatchObject({
      type: 'call',
      name: 'silent',
      transport: 'stdio',
      protocolVersion: MODERN,
      client: 'wire',
      session: undefined,
      address: undefined,
    });
  });
});

describeOnAdapters('metrics and health with requests that have no session', (adapter) => {
  const { start } = appPerTest(adapter);

  it('count them by era, with their messages and bytes', async () => {
    const { url } = await start(metered());
    const client = new ModernWireClient(`${url}/mcp`);
    await client.callTool('work');
    await client.callTool('fail');
    await client.call('invented/method');
    const { body } = await client.post('tools/list');
    const scrape = await Scrape.of(url);
    const modern = (labels: Record<string, string>) =>
      scrape.sum('mcp_requests_total', { server: 'test', era: 'modern', ...labels });
    expect(modern({ method: 'tools/call', name: 'work', outcome: 'ok' })).toBe(1);
    expect(modern({ method: 'tools/call', name: 'fail', outcome: 'failed' })).toBe(1);
    expect(modern({ method: '(unknown)', outcome: 'failed' })).toBe(1);
    expect(modern({})).toBe(4);
    const byHttp = { server: 'test', transport: 'streamable-http' };
    expect(scrape.sum('mcp_received_messages_total', byHttp)).toBe(4);
    expect(scrape.sum('mcp_sent_messages_total', byHttp)).toBe(4);
    expect(scrape.sum('mcp_sent_bytes_total', byHttp)).toBeGreaterThan(body.length);
    expect(scrape.sum('mcp_sessions_opened_total')).toBeUndefined();
  });

  it('count the rounds of calls that ask their client', async () => {
    const { url } = await start(metered({ providers: [Order] }));
    await orderInTwoRounds(new ModernWireClient(`${url}/mcp`));
    const scrape = await Scrape.of(url);
    const outcomes = scrape.of('mcp_requests_total', { name: 'order' });
    expect(outcomes.map(({ labels: { outcome }, value }) => [outcome, value])).toEqual([
      ['input_required', 1],
      ['ok', 1],
    ]);
  });

  it('show them while they are in flight', async () => {
    const { url, app } = await start(metered({ providers: [Stage] }));
    const inFlight = async () => {
      const scrape = await Scrape.of(url);
      return scrape.sum('mcp_requests_in_flight', { transport: 'streamable-http' });
    };
    const open = () => app.get(McpHealthIndicator).read().requests.open;
    const answer = new ModernWireClient(`${url}/mcp`).callTool('perform');
    const act = await app.get(Stage).next();
    expect([await inFlight(), open()]).toEqual([1, 1]);
    act.resolve('done');
    await answer;
    // There is no event for what a server has counted.
    while ((await inFlight()) !== 0) await setImmediate();
    expect(open()).toBe(0);
  });
});
