import { Agent, request as httpRequest } from 'node:http';
import { text } from 'node:stream/consumers';
import { once } from 'node:events';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { initialize } from '../clients/http-wire-client.js';
import { LOG_LEVEL, MODERN } from '../clients/modern-client.js';
import { modernRpc, postModern, withMeta, type Message } from '../clients/modern-wire-client.js';
import { describeOnEveryAdapter } from '../fixtures/adapters.js';
import { call, Desk, GREET } from '../fixtures/desk.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';

const SERVER_INFO = 'io.modelcontextprotocol/serverInfo';

/** The messages of an event stream. */
async function messagesOf(response: Response): Promise<Message[]> {
  const events = (await response.text()).split('\n\n').filter((event) => event.includes('data: '));
  return events.map((event) => JSON.parse(event.slice(event.indexOf('data: ') + 6)) as Message);
}

const CAPABLE = {
  tools: { listChanged: true },
  resources: { listChanged: true, subscribe: true },
  prompts: { listChanged: true },
  logging: {},
  completions: {},
};

describeOnEveryAdapter('a request of revision 2026-07-28', (adapter) => {
  let running: RunningApp;
  let desk: Desk;

  beforeAll(async () => {
    const options = { sse: { heartbeatMs: 20 } };
    running = await startApp({ adapter, providers: [Desk], options });
    desk = running.app.get(Desk);
  });

  afterAll(() => running.close());

  it('is no notification: these get 202 without a body', async () => {
    const { id: _id, ...cancelled } = modernRpc(1, 'notifications/cancelled', { requestId: 1 });
    const response = await postModern(running.url, cancelled);
    expect([response.status, await response.text()]).toEqual([202, '']);
    const unknown = await postModern(running.url, { jsonrpc: '2.0', method: 'notifications/unknown' });
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
    const response = await postModern(running.url, modernRpc('one', method, params));
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
    const json = await postModern(running.url, GREET);
    expect(json.headers.get('content-type')).toMatch(/^application\/json/);
    const stream = await postModern(running.url, withMeta(call('count'), 'progressToken', 7));
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
    const response = await postModern(running.url, call('count'));
    const { result } = (await response.json()) as Message;
    expect(result.content).toEqual([{ type: 'text', text: 'counted' }]);
  });

  it.each([
    [undefined, []],
    ['error', ['error']],
    ['info', ['info', 'error']],
    ['debug', ['debug', 'info', 'error']],
  ])('reads the logs that it asks for: %s', async (level, expected) => {
    const response = await postModern(running.url, withMeta(call('logs'), LOG_LEVEL, level));
    const isStream = response.headers.get('content-type') === 'text/event-stream';
    const messages = isStream ? await messagesOf(response) : [(await response.json()) as Message];
    const logs = messages.filter(({ method }) => method === 'notifications/message');
    expect(logs.map(({ params }) => params.level)).toEqual(expected);
    expect(messages.at(-1)).toMatchObject({ id: 1, result: { resultType: 'complete' } });
  });

  it('keeps its connection alive by comments while it waits', async () => {
    desk.expectOne();
    const leaving = new AbortController();
    const response = await postModern(running.url, call('wait'), {}, leaving.signal);
    expect(response.headers.get('content-type')).toBe('text/event-stream');
    const reader = response.body!.pipeThrough(new TextDecoderStream()).getReader();
    expect((await reader.read()).value).toMatch(/^: /);
    leaving.abort();
    await desk.leaving;
  });

  it.each([true, false])('is cancelled when its client leaves, having read something: %s', async (begins) => {
    desk.expectOne();
    const leaving = new AbortController();
    const answered = postModern(running.url, call('wait', { begins }), {}, leaving.signal);
    await (begins ? answered : desk.waiting);
    leaving.abort();
    await answered.catch(() => undefined);
    await desk.leaving;
    expect(desk.reason!.message).toBe('The client disconnected.');
  });

  it('ignores a session and an event id, and opens no session', async () => {
    const response = await postModern(running.url, GREET, { 'mcp-session-id': 'x', 'last-event-id': '1' });
    expect([response.status, response.headers.get('mcp-session-id')]).toEqual([200, null]);
    const own = await postModern(running.url, initialize(), { 'mcp-protocol-version': undefined });
    const sessionId = own.headers.get('mcp-session-id')!;
    const within = await postModern(running.url, GREET, { 'mcp-session-id': sessionId });
    expect([within.status, within.headers.get('mcp-session-id')]).toEqual([200, null]);
    expect(await within.json()).toMatchObject({ result: { resultType: 'complete' } });
    expect(running.sessions.sessions.map(({ id }) => id)).toEqual([sessionId]);
    running.sessions.close(sessionId);
  });

  it('takes nothing from the requests before it on its connection', async () => {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    const ports = new Set<number>();
    const send = async (body: Message) => {
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
    expect(await send(initialize() as Message)).toMatchObject([
      200,
      { result: { protocolVersion: '2025-11-25' } },
    ]);
    expect(await send(GREET)).toMatchObject([200, { result: { resultType: 'complete' } }]);
    expect(ports.size).toBe(1);
    agent.destroy();
    for (const { id } of running.sessions.sessions) running.sessions.close(id);
  });

  it('may have the id of another one that is in flight', async () => {
    const answers = await Promise.all([postModern(running.url, GREET), postModern(running.url, GREET)]);
    expect(await Promise.all(answers.map((answer) => answer.json()))).toMatchObject([{ id: 1 }, { id: 1 }]);
  });
});

describeOnEveryAdapter('a server that stops', (adapter) => {
  it('answers what is in flight, as JSON and on a stream, with an error that says to send it again', async () => {
    const { app, url, close } = await startApp({ adapter, providers: [Desk] });
    const desk = app.get(Desk);
    const answers: Promise<Response>[] = [];
    for (const begins of [false, true]) {
      desk.expectOne();
      answers.push(postModern(url, call('wait', { begins })));
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
