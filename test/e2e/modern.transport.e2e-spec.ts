import { Agent, request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { IsString } from 'class-validator';
import { McpContext, McpCtx, McpPrompt, McpResource, McpTool, progress } from 'nestjs-mcp-sse';
import { initialize, rpc } from '../clients/http-wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { appPerTest } from '../fixtures/app-per-test.js';
import { HeaderUserGuard, userHeaders } from '../fixtures/header-user.guard.js';
import { MODERN, modernRpc } from '../fixtures/modern-client.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';

type Members = Record<string, any>;

const CLAIM = 'io.modelcontextprotocol/protocolVersion';
const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';
const CLIENT_INFO = 'io.modelcontextprotocol/clientInfo';
const LOG_LEVEL = 'io.modelcontextprotocol/logLevel';
const SERVER_INFO = 'io.modelcontextprotocol/serverInfo';

class Who {
  @IsString()
  name!: string;
}

@Injectable()
class Desk {
  /** Why the last call of `wait` was aborted. */
  reason?: Error;
  private arrived: () => void = () => undefined;
  private left: () => void = () => undefined;
  /** When the next call of `wait` runs, and when its client has left. */
  waiting!: Promise<void>;
  leaving!: Promise<void>;

  expectOne(): void {
    this.waiting = new Promise((resolve) => (this.arrived = resolve));
    this.leaving = new Promise((resolve) => (this.left = resolve));
  }

  @McpTool()
  greet({ name }: Who): string {
    return `Hello ${name}`;
  }

  /** Waits until it is cancelled. */
  @McpTool({ input: { type: 'object' } })
  async wait({ begins }: { begins?: boolean }, ctx: McpContext): Promise<string> {
    if (begins) ctx.notify('notifications/begun');
    this.arrived();
    if (!ctx.signal.aborted) await once(ctx.signal, 'abort');
    this.reason = ctx.signal.reason as Error;
    this.left();
    ctx.notify('notifications/late');
    return 'late';
  }

  @McpTool()
  async *count() {
    yield progress(1, 2);
    yield progress(2, 2);
    yield 'counted';
  }

  @McpTool()
  logs(@McpCtx() ctx: McpContext): string {
    ctx.log.debug('a detail');
    ctx.log.info('a fact');
    ctx.log.error('a failure');
    return 'logged';
  }

  @McpTool()
  async confirm(@McpCtx() ctx: McpContext): Promise<string> {
    const requestedSchema = { type: 'object' as const, properties: {} };
    const { action } = await ctx.elicit({ message: 'Sure?', requestedSchema });
    return action;
  }

  @McpResource({ uri: 'desk://opening-hours' })
  hours(): string {
    return '9 to 5';
  }

  @McpPrompt()
  ask(): string {
    return 'Ask';
  }
}

/** A POST of revision 2026-07-28. A header that is undefined is left out. */
async function post(
  url: string,
  body: unknown,
  headers: Record<string, string | undefined> = {},
  signal?: AbortSignal,
): Promise<Response> {
  const { method, params } = (typeof body === 'object' ? body : {}) as Members;
  const name = (params?.['name'] ?? params?.['uri']) as string | undefined;
  const sent = Object.entries({
    'content-type': 'application/json',
    accept: 'application/json, text/event-stream',
    'mcp-protocol-version': MODERN,
    'mcp-method': method as string | undefined,
    'mcp-name': name,
    ...headers,
  }).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const content = typeof body === 'string' ? body : JSON.stringify(body);
  return fetch(`${url}/mcp`, { method: 'POST', headers: sent, body: content, signal });
}

/** A request with another member of `_meta`, or without it. */
function withMeta(message: Members, name: string, value?: unknown): Members {
  const { [name]: _replaced, ...others } = message['params']['_meta'] as Members;
  const meta = value === undefined ? others : { ...others, [name]: value };
  return { ...message, params: { ...message['params'], _meta: meta } };
}

/** The messages of an event stream. */
async function messagesOf(response: Response): Promise<Members[]> {
  const events = (await response.text()).split('\n\n').filter((event) => event.includes('data: '));
  return events.map((event) => JSON.parse(event.slice(event.indexOf('data: ') + 6)) as Members);
}

const call = (name: string, args: object = {}) => modernRpc(1, 'tools/call', { name, arguments: args });
const GREET = call('greet', { name: 'Ada' });
const LIST = modernRpc(1, 'tools/list');

const CAPABLE = {
  tools: { listChanged: true },
  resources: { listChanged: true, subscribe: true },
  prompts: { listChanged: true },
  logging: {},
  completions: {},
};

type Refusal = [
  what: string,
  body: unknown,
  headers: Record<string, string | undefined>,
  status: number,
  error: object,
];

const REFUSALS: Refusal[] = [
  ['no claim', withMeta(LIST, CLAIM), {}, 400, { code: -32602 }],
  ['a claim that is no text', withMeta(LIST, CLAIM, 20260728), {}, 400, { code: -32602 }],
  ['no capabilities', withMeta(LIST, CAPABILITIES), {}, 400, { code: -32602 }],
  ['capabilities that are none', withMeta(LIST, CAPABILITIES, []), {}, 400, { code: -32602 }],
  ['client info without a version', withMeta(LIST, CLIENT_INFO, { name: 'a' }), {}, 400, { code: -32602 }],
  ['an unknown log level', withMeta(LIST, LOG_LEVEL, 'loud'), {}, 400, { code: -32602 }],
  ['no _meta', { ...LIST, params: {} }, {}, 400, { code: -32602 }],
  ['no params', { jsonrpc: '2.0', id: 1, method: 'tools/list' }, {}, 400, { code: -32602 }],
  [
    'a version that is not served',
    withMeta(LIST, CLAIM, '1900-01-01'),
    { 'mcp-protocol-version': '1900-01-01' },
    400,
    { code: -32022, data: { supported: [MODERN], requested: '1900-01-01' } },
  ],
  [
    'a version with sessions',
    withMeta(LIST, CLAIM, '2025-11-25'),
    { 'mcp-protocol-version': '2025-11-25' },
    400,
    { code: -32022, data: { supported: [MODERN], requested: '2025-11-25' } },
  ],
  ['no version header', LIST, { 'mcp-protocol-version': undefined }, 400, { code: -32020 }],
  ['another version header', LIST, { 'mcp-protocol-version': '2025-11-25' }, 400, { code: -32020 }],
  ['no method header', LIST, { 'mcp-method': undefined }, 400, { code: -32020 }],
  ['another method header', LIST, { 'mcp-method': 'tools/call' }, 400, { code: -32020 }],
  ['a method header in capitals', LIST, { 'mcp-method': 'TOOLS/LIST' }, 400, { code: -32020 }],
  ['no name header', GREET, { 'mcp-name': undefined }, 400, { code: -32020 }],
  ['another name header', GREET, { 'mcp-name': 'wait' }, 400, { code: -32020 }],
  ['malformed base64', GREET, { 'mcp-name': '=?base64?%?=' }, 400, { code: -32020 }],
  ['an unknown method', modernRpc(1, 'tools/none'), {}, 404, { code: -32601 }],
  ['ping', modernRpc(1, 'ping'), {}, 404, { code: -32601 }],
  ['initialize', modernRpc(1, 'initialize'), {}, 404, { code: -32601 }],
  ['logging/setLevel', modernRpc(1, 'logging/setLevel', { level: 'info' }), {}, 404, { code: -32601 }],
  [
    'a question to a client that takes none',
    call('confirm'),
    {},
    400,
    { code: -32021, data: { requiredCapabilities: { elicitation: expect.any(Object) } } },
  ],
  ['an unknown tool', call('none'), {}, 200, { code: -32602 }],
  [
    'an unknown resource',
    modernRpc(1, 'resources/read', { uri: 'desk://none' }),
    {},
    200,
    { code: -32602, data: { uri: 'desk://none' } },
  ],
  ['a broken cursor', modernRpc(1, 'tools/list', { cursor: '?' }), {}, 200, { code: -32602 }],
];

describeOnAdapters('a request of revision 2026-07-28', (adapter) => {
  let running: RunningApp;
  let desk: Desk;

  beforeAll(async () => {
    const options = { guards: [HeaderUserGuard], limits: { maxInFlightPerPrincipal: 2 } };
    running = await startApp({
      adapter,
      providers: [Desk],
      options: { ...options, sse: { heartbeatMs: 20 } },
    });
    desk = running.app.get(Desk);
  });

  afterAll(() => running.close());

  it.each(REFUSALS)('gets the error for %s', async (_, body, headers, status, error) => {
    const response = await post(running.url, body, headers);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect([response.status, await response.json()]).toEqual([
      status,
      { jsonrpc: '2.0', id: 1, error: { message: expect.any(String), ...error } },
    ]);
  });

  it('gets -32700 without an id for a body that is not JSON', async () => {
    const response = await post(running.url, '{"jsonrpc":', { 'mcp-method': 'tools/list' });
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { id: null, error: { code: -32700 } },
    ]);
  });

  it('cannot be part of a batch, or a response', async () => {
    const batch = await post(running.url, [LIST, GREET], { 'mcp-method': 'tools/list' });
    expect([batch.status, await batch.json()]).toMatchObject([400, { error: { code: -32600 } }]);
    const answer = await post(running.url, { jsonrpc: '2.0', id: 1, result: {} });
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: { code: -32600 } }]);
    expect(running.sessions.sessions).toEqual([]);
  });

  it('is no notification: these get 202 without a body', async () => {
    const { id: _id, ...cancelled } = modernRpc(1, 'notifications/cancelled', { requestId: 1 });
    const response = await post(running.url, cancelled);
    expect([response.status, await response.text()]).toEqual([202, '']);
    const unknown = await post(running.url, { jsonrpc: '2.0', method: 'notifications/unknown' });
    expect([unknown.status, await unknown.text()]).toEqual([202, '']);
  });

  it.each([
    ['server/discover', {}, { supportedVersions: [MODERN], capabilities: CAPABLE }],
    ['tools/list', {}, { tools: expect.any(Array) }],
    ['resources/list', {}, { resources: expect.any(Array) }],
    ['resources/templates/list', {}, { resourceTemplates: [] }],
    ['prompts/list', {}, { prompts: expect.any(Array) }],
    ['resources/read', { uri: 'desk://opening-hours' }, { contents: expect.any(Array) }],
    ['prompts/get', { name: 'ask' }, { messages: expect.any(Array) }],
    ['tools/call', { name: 'greet', arguments: { name: 'Ada' } }, { content: expect.any(Array) }],
  ])('reads in the result of %s its type and the server', async (method, params, members) => {
    const response = await post(running.url, modernRpc('one', method, params));
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      jsonrpc: '2.0',
      id: 'one',
      result: {
        ...members,
        resultType: 'complete',
        _meta: { [SERVER_INFO]: { name: 'test', version: '1.0.0' } },
      },
    });
  });

  it('gets JSON, or with notifications a stream without ids that ends with its response', async () => {
    const json = await post(running.url, GREET);
    expect(json.headers.get('content-type')).toMatch(/^application\/json/);
    const stream = await post(running.url, withMeta(call('count'), 'progressToken', 7));
    expect(Object.fromEntries(stream.headers)).toMatchObject({
      'content-type': 'text/event-stream',
      'x-accel-buffering': 'no',
    });
    const copy = stream.clone();
    const params = { progressToken: 7, total: 2 };
    expect(await messagesOf(stream)).toMatchObject([
      { method: 'notifications/progress', params: { ...params, progress: 1 } },
      { method: 'notifications/progress', params: { ...params, progress: 2 } },
      { id: 1, result: { resultType: 'complete' } },
    ]);
    expect(await copy.text()).not.toMatch(/^id:/m);
  });

  it('gets no progress without a token', async () => {
    const response = await post(running.url, call('count'));
    const { result } = (await response.json()) as Members;
    expect(result.content).toEqual([{ type: 'text', text: 'counted' }]);
  });

  it.each([
    [undefined, []],
    ['error', ['error']],
    ['info', ['info', 'error']],
    ['debug', ['debug', 'info', 'error']],
  ])('reads the logs that it asks for: %s', async (level, expected) => {
    const response = await post(running.url, withMeta(call('logs'), LOG_LEVEL, level));
    const isStream = response.headers.get('content-type') === 'text/event-stream';
    const messages = isStream ? await messagesOf(response) : [(await response.json()) as Members];
    const logs = messages.filter(({ method }) => method === 'notifications/message');
    expect(logs.map(({ params }) => params.level)).toEqual(expected);
    expect(messages.at(-1)).toMatchObject({ id: 1, result: { resultType: 'complete' } });
  });

  it('keeps its connection alive by comments while it waits', async () => {
    desk.expectOne();
    const leaving = new AbortController();
    const response = await post(running.url, call('wait'), {}, leaving.signal);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader.read()).value).toMatch(/^: /);
    leaving.abort();
    await desk.leaving;
  });

  it.each([true, false])('is cancelled when its client leaves, having read something: %s', async (begins) => {
    desk.expectOne();
    const leaving = new AbortController();
    const answered = post(running.url, call('wait', { begins }), {}, leaving.signal);
    await (begins ? answered : desk.waiting);
    leaving.abort();
    await answered.catch(() => undefined);
    await desk.leaving;
    expect(desk.reason!.message).toBe('The client disconnected.');
  });

  it('ignores a session and an event id, and opens no session', async () => {
    const response = await post(running.url, GREET, { 'mcp-session-id': 'x', 'last-event-id': '1' });
    expect([response.status, response.headers.get('mcp-session-id')]).toEqual([200, null]);
    const own = await post(running.url, initialize(), { 'mcp-protocol-version': undefined });
    const sessionId = own.headers.get('mcp-session-id')!;
    const within = await post(running.url, GREET, { 'mcp-session-id': sessionId });
    expect([within.status, within.headers.get('mcp-session-id')]).toEqual([200, null]);
    expect(await within.json()).toMatchObject({ result: { resultType: 'complete' } });
    expect(running.sessions.sessions.map(({ id }) => id)).toEqual([sessionId]);
    running.sessions.close(sessionId);
  });

  it('takes nothing from the requests before it on its connection', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ports = new Set<number>();
    const send = async (body: Members) => {
      const { method, params } = body;
      const headers = {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        ...(method !== 'initialize' && { 'mcp-protocol-version': MODERN, 'mcp-method': method }),
        ...(params.name && { 'mcp-name': params.name }),
      };
      const sent = httpRequest(`${running.url}/mcp`, { method: 'POST', headers, agent });
      sent.end(JSON.stringify(body));
      const [response] = await once(sent, 'response');
      ports.add(response.socket.localPort as number);
      return [response.statusCode, JSON.parse(await text(response))];
    };
    const params = { name: 'confirm', arguments: {} };
    expect(await send(modernRpc(1, 'tools/call', params, { elicitation: {} }))).toMatchObject([
      200,
      { result: { resultType: 'input_required' } },
    ]);
    expect(await send(modernRpc(1, 'tools/call', params))).toMatchObject([400, { error: { code: -32021 } }]);
    expect(await send(initialize() as Members)).toMatchObject([
      200,
      { result: { protocolVersion: '2025-11-25' } },
    ]);
    expect(await send(GREET)).toMatchObject([200, { result: { resultType: 'complete' } }]);
    expect(ports.size).toBe(1);
    agent.destroy();
    for (const { id } of running.sessions.sessions) running.sessions.close(id);
  });

  it('may have the id of another one that is in flight', async () => {
    const answers = await Promise.all([post(running.url, GREET), post(running.url, GREET)]);
    expect(await Promise.all(answers.map((answer) => answer.json()))).toMatchObject([{ id: 1 }, { id: 1 }]);
  });

  it('gets 429 while its principal has too many in flight, and others do not', async () => {
    const ada = userHeaders('ada');
    const leaving = new AbortController();
    for (let waiting = 0; waiting < 2; waiting++) {
      desk.expectOne();
      void post(running.url, call('wait'), ada, leaving.signal).catch(() => undefined);
      await desk.waiting;
    }
    const refused = await post(running.url, GREET, ada);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
    expect(await refused.json()).toMatchObject({ id: 1, error: { code: expect.any(Number) } });
    expect((await post(running.url, GREET, userHeaders('bob'))).status).toBe(200);
    leaving.abort();
    await desk.leaving;
    let status: number;
    do status = (await post(running.url, GREET, ada)).status;
    while (status === 429);
    expect(status).toBe(200);
  });

  it('gets 403 from a page of a foreign origin', async () => {
    const response = await post(running.url, GREET, { origin: 'https://evil.example' });
    expect(response.status).toBe(403);
  });
});

describeOnAdapters('a server of one era', (adapter) => {
  const { start } = appPerTest(adapter);

  it('without the legacy one refuses GET, DELETE and initialize, and names the versions that it serves', async () => {
    const { url, sessions } = await start({ providers: [Desk], options: { protocol: { legacy: false } } });
    for (const method of ['GET', 'DELETE']) {
      const response = await fetch(`${url}/mcp`, { method, headers: { accept: 'text/event-stream' } });
      expect([response.status, response.headers.get('allow')]).toEqual([405, 'POST']);
    }
    const refused = await post(url, initialize(), { 'mcp-protocol-version': undefined });
    expect([refused.status, await refused.json()]).toMatchObject([
      400,
      { error: { code: -32022, data: { supported: [MODERN] } } },
    ]);
    expect((await post(url, rpc(1, 'tools/list'), { 'mcp-session-id': 'x' })).status).toBe(400);
    expect((await post(url, GREET)).status).toBe(200);
    expect(sessions.sessions).toEqual([]);
  });

  it('without the modern one answers as servers did before it', async () => {
    const { url } = await start({ providers: [Desk], options: { protocol: { modern: false } } });
    const refused = await post(url, modernRpc(1, 'server/discover'));
    const { error } = (await refused.json()) as Members;
    expect(refused.status).toBe(400);
    // A client takes these for a server of the modern era.
    expect([-32020, -32021, -32022]).not.toContain(error.code);
    expect((await post(url, initialize(), { 'mcp-protocol-version': undefined })).status).toBe(200);
  });
});

describeOnAdapters('a server that stops', (adapter) => {
  it('answers what is in flight, as JSON and on a stream, with an error that says to send it again', async () => {
    const { app, url, close } = await startApp({ adapter, providers: [Desk] });
    const desk = app.get(Desk);
    const answers: Promise<Response>[] = [];
    for (const begins of [false, true]) {
      desk.expectOne();
      answers.push(post(url, call('wait', { begins })));
      await desk.waiting;
    }
    const closed = close();
    const [json, stream] = await Promise.all(answers);
    const error = { code: -32603, data: { retryable: true } };
    expect(await json!.json()).toMatchObject({ id: 1, error });
    expect((await messagesOf(stream!)).at(-1)).toMatchObject({ id: 1, error });
    await closed;
  });
});
