import { expect, it } from '@jest/globals';
import { UrlElicitationRequiredError } from '@modelcontextprotocol/sdk/types.js';
import type { McpContext } from 'nestjs-mcp-sse';
import { HttpWireClient, initialize } from '../clients/http-wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { appPerTest } from '../fixtures/app-per-test.js';
import { MemoryLog } from '../fixtures/memory-log.js';
import { Stage } from '../fixtures/stage.js';

const PAGE = { mode: 'url', message: 'Pay', url: 'https://pay.example/1', elicitationId: 'e1' } as const;
const FORM = { message: 'Who?', requestedSchema: { type: 'object' as const, properties: {} } };
const SAMPLE = { messages: [], maxTokens: 1 };
const MESSAGE = { role: 'assistant', model: 'test', content: { type: 'text', text: 'Hi' } };

describeOnAdapters('a server that sends requests to its client', (adapter) => {
  const { start } = appPerTest(adapter);
  const fixture = { providers: [Stage] };

  it('sends none for a capability that the client has not declared', async () => {
    const { app, url } = await start(fixture);
    const asked = async (capabilities: object, ask: (ctx: McpContext) => Promise<unknown>) => {
      const client = await HttpWireClient.connect(`${url}/mcp`, { capabilities });
      const call = client.call('a', 'tools/call', { name: 'perform' });
      const { context, resolve } = await app.get(Stage).next();
      await expect(ask(context)).rejects.toThrow(/did not declare/);
      resolve('done');
      // JSON, not a stream: only the response was sent.
      expect(await call).toMatchObject({ result: { content: [{ text: 'done' }] } });
    };
    const tools = [{ name: 'x', inputSchema: { type: 'object' as const } }];
    await asked({}, (ctx) => ctx.sample(SAMPLE));
    await asked({ sampling: {} }, (ctx) => ctx.sample({ ...SAMPLE, tools }));
    await asked({ sampling: {} }, (ctx) => ctx.sample({ ...SAMPLE, toolChoice: {} } as typeof SAMPLE));
    await asked({ sampling: {} }, (ctx) => ctx.sample({ ...SAMPLE, includeContext: 'thisServer' }));
    await asked({}, (ctx) => ctx.elicit(FORM));
    await asked({ elicitation: {} }, (ctx) => ctx.elicit(PAGE));
    await asked({ elicitation: { url: {} } }, (ctx) => ctx.elicit(FORM));
    await asked({}, (ctx) => ctx.listRoots());
  });

  it.each([
    ['2025-11-25', { context: {} }, 'allServers'],
    ['2025-11-25', {}, 'none'],
    ['2025-06-18', {}, 'thisServer'],
  ] as const)('lets a client of %s that samples by %j be asked with the context of %s', async (...row) => {
    const [version, sampling, includeContext] = row;
    const { app, url } = await start(fixture);
    const client = await HttpWireClient.connect(`${url}/mcp`, { version, capabilities: { sampling } });
    const [stream, { context, resolve }] = await app.get(Stage).stream(client);
    const sampled = context.sample({ ...SAMPLE, includeContext });
    const { id, params } = await stream.message();
    expect(params).toEqual({ ...SAMPLE, includeContext });
    await client.post({ jsonrpc: '2.0', id, result: MESSAGE });
    expect(await sampled).toEqual(MESSAGE);
    resolve('done');
    await stream.end();
  });

  it('sends none before the client is initialized', async () => {
    const { app, url } = await start(fixture);
    const opened = await new HttpWireClient(`${url}/mcp`).post(initialize('2025-11-25', { roots: {} }));
    const client = new HttpWireClient(`${url}/mcp`, {
      'mcp-session-id': opened.headers['mcp-session-id'] as string,
    });
    const [stream, { context, resolve }] = await app.get(Stage).stream(client);
    await expect(context.listRoots({ timeoutMs: 1 })).rejects.toThrow(
      'roots/list: the client did not send notifications/initialized within 1 ms.',
    );
    const listed = context.listRoots();
    context.log.info('not asked yet');
    expect(await stream.message()).toMatchObject({ params: { data: 'not asked yet' } });
    await client.post({ jsonrpc: '2.0', method: 'notifications/initialized' });
    const { id, method } = await stream.message();
    expect(method).toBe('roots/list');
    await client.post({ jsonrpc: '2.0', id, result: { roots: [] } });
    expect(await listed).toEqual([]);
    resolve('done');
    await stream.end();
  });

  it('ignores an error of null beside a result', async () => {
    const { app, url } = await start(fixture);
    const client = await HttpWireClient.connect(`${url}/mcp`, { capabilities: { elicitation: {} } });
    const [stream, { context, resolve }] = await app.get(Stage).stream(client);
    const answered = context.elicit(FORM);
    const { id } = await stream.message();
    const result = { action: 'decline', _meta: null };
    const { status } = await client.post({ jsonrpc: '2.0', id, result, error: null });
    expect(status).toBe(202);
    expect(await answered).toEqual({ action: 'decline' });
    resolve('done');
    await stream.end();
  });

  it('logs why either side cancelled a request', async () => {
    const log = new MemoryLog();
    const { app, url } = await start({ ...fixture, configure: (created) => created.useLogger(log) });
    const client = await HttpWireClient.connect(`${url}/mcp`, { capabilities: { roots: {} } });
    const [stream, { context }] = await app.get(Stage).stream(client, 'a');
    const refused = context.listRoots().catch(({ message }: Error) => message);
    await stream.message();
    await client.post({
      jsonrpc: '2.0',
      method: 'notifications/cancelled',
      params: { requestId: 'a', reason: 'The user left.\nerror forged' },
    });
    expect(await refused).toMatch(/the request that it was made for ended/);
    expect(log.lines).toContainEqual(
      expect.stringMatching(/^debug The client cancelled request "a": "The user left\.\\nerror forged"/),
    );
    expect(log.lines).toContainEqual(
      expect.stringMatching(/^debug roots\/list was cancelled: the request that it was made for ended/),
    );
  });

  it('gets the new roots after they change', async () => {
    const { app, url } = await start(fixture);
    const client = await HttpWireClient.connect(`${url}/mcp`, { capabilities: { roots: {} } });
    const [stream, { context, resolve }] = await app.get(Stage).stream(client);
    for (const uri of ['file:///before', 'file:///after']) {
      const listed = context.listRoots();
      const { id } = await stream.message();
      await client.post({ jsonrpc: '2.0', id, result: { roots: [{ uri }] } });
      expect(await listed).toEqual([{ uri }]);
      const changed = { jsonrpc: '2.0', method: 'notifications/roots/list_changed' };
      expect(await client.post(changed)).toMatchObject({ status: 202, body: '' });
    }
    resolve('done');
    await stream.end();
  });

  it('elicits a visit to a page with the mode, message, URL and id', async () => {
    const { app, url } = await start(fixture);
    const client = await HttpWireClient.connect(`${url}/mcp`, { capabilities: { elicitation: { url: {} } } });
    const [stream, { context, resolve }] = await app.get(Stage).stream(client);
    const elicited = context.elicit(PAGE);
    const { id, method, params } = await stream.message();
    expect([method, params]).toEqual(['elicitation/create', PAGE]);
    await client.post({ jsonrpc: '2.0', id, result: { action: 'accept' } });
    expect(await elicited).toEqual({ action: 'accept' });
    resolve('done');
    await stream.end();
  });

  it('lists the elicitations that a call needs in the error of the call', async () => {
    const { app, url } = await start(fixture);
    const client = await HttpWireClient.connect(`${url}/mcp`);
    const call = client.call('a', 'tools/call', { name: 'perform' });
    const { reject } = await app.get(Stage).next();
    reject(new UrlElicitationRequiredError([PAGE]));
    expect(await call).toMatchObject({ error: { code: -32042, data: { elicitations: [PAGE] } } });
  });
});
