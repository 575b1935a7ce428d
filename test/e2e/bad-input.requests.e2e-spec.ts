import { afterEach, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { send, WireClient } from '../clients/wire-client.js';
import { describeOnEveryAdapter } from '../fixtures/adapters.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';
import { UserGuard } from '../fixtures/user.guard.js';
import {
  beginPost,
  responseTo,
  JSON_HEADERS,
  PING,
  Features,
  refusal,
  refused,
  greet,
  messagesOf,
  greeting,
  runApp,
} from '../fixtures/bad-input.js';

describeOnEveryAdapter('the session of a message', (adapter) => {
  const server = runApp({ adapter, options: { guards: [UserGuard] } });
  const post = (query: string, user = 'ada') =>
    send(`${server.running.url}/messages${query}`, {
      headers: { ...JSON_HEADERS, 'x-user': user },
      body: JSON.stringify(PING),
    });

  it.each(['', '?', '?sessionId=', '?session=x'])('must be named: 400 to "%s"', async (query) => {
    expect(refusal(await post(query))).toEqual(refused(400, -32600));
  });

  it('must be one of the caller: 404 to any other, with the same body', async () => {
    const ada = await WireClient.connect(server.url, { 'x-user': 'ada' });
    const closed = await WireClient.connect(server.url, { 'x-user': 'ada' });
    const closedId = await closed.sessionId();
    server.running.sessions.close(closedId);
    await closed.end();

    const unknown = await post('?sessionId=AAAAAAAAAAAAAAAAAAAAAA');
    expect(refusal(unknown)).toEqual(refused(404, -32001));
    const adasId = await ada.sessionId();
    const others = await Promise.all([
      post(`?sessionId=${closedId}`),
      post(`?sessionId=${adasId}`, 'bob'),
      post(`?sessionId=${adasId}`, ''),
      post(`?sessionId=${adasId}x`),
      post(`?sessionId=${adasId.toLowerCase()}`),
      post(`?sessionId=${adasId}&sessionId=${adasId}`),
      post(`?sessionId[]=${adasId}`),
      post(`?sessionId=${'x'.repeat(5_000)}`),
      post('?sessionId=%00'),
      post('?sessionId=%zz'),
      post('?sessionId=../../etc/passwd'),
      post('?sessionId=__proto__'),
    ]);
    for (const { status, headers, body } of others) {
      // An array in brackets is a parameter of another name to Fastify.
      if (status === 400) continue;
      expect({ status, type: headers['content-type'], body }).toEqual({
        status: 404,
        type: unknown.headers['content-type'],
        body: unknown.body,
      });
    }
    expect(others.filter(({ status }) => status === 404).length).toBeGreaterThanOrEqual(11);
    expect(await greeting(ada)).toBe('Hello Ada');
    expect(messagesOf(ada)).toHaveLength(1);
    ada.close();
  });

  it('may end while the body is being sent: 404', async () => {
    const client = await WireClient.connect(server.url, { 'x-user': 'ada' });
    const body = JSON.stringify(PING);
    const clientRequest = beginPost(await client.endpoint(), {
      'content-length': body.length,
      'x-user': 'ada',
    });
    clientRequest.write(body.slice(0, 5));
    // A whole request after it: by its answer the server has read the beginning of the first one.
    await client.post(PING);
    await client.answer('ping');
    server.running.sessions.close(await client.sessionId());
    await client.end();
    clientRequest.end(body.slice(5));
    expect(refusal(await responseTo(clientRequest))).toEqual(refused(404, -32001, 'ping'));
  });
});

describeOnEveryAdapter('a Host or Origin', (adapter) => {
  const server = runApp({ adapter });

  it.each<[string, Record<string, string>]>([
    ['a foreign host', { host: 'evil.example' }],
    ['a foreign host with the right port', { host: 'evil.example:3000' }],
    ['a host that begins as a loopback name', { host: 'localhost.evil.example' }],
    ['a host that begins as a loopback address', { host: '127.0.0.1.evil.example' }],
    ['a foreign origin', { origin: 'https://evil.example' }],
    ['an origin that begins as a loopback name', { origin: 'http://localhost.evil.example' }],
    ['a foreign origin with a loopback user', { origin: 'http://localhost:80@evil.example' }],
    ['the origin null', { origin: 'null' }],
    ['an empty origin', { origin: '' }],
  ])('is refused with 403 on GET and POST where it is %s', async (_what, headers) => {
    const client = await WireClient.connect(server.url);
    const before = server.running.sessions.sessions.length;
    const stream = await send(server.url, { method: 'GET', headers });
    expect(refusal(stream)).toEqual(refused(403, -32000));
    expect(refusal(await client.post(PING, headers))).toEqual(refused(403, -32000));
    expect(server.running.sessions.sessions).toHaveLength(before);
    expect(await greeting(client)).toBe('Hello Ada');
    expect(messagesOf(client)).toHaveLength(1);
    client.close();
  });

  it.each<Record<string, string>>([
    { host: 'localhost' },
    { host: 'LOCALHOST:8080' },
    { host: '127.0.0.1' },
    { host: '[::1]:8080' },
    { host: 'localhost:8080', origin: 'http://localhost:8080' },
  ])('is served where it is of this machine: %j', async (headers) => {
    const client = await WireClient.connect(server.url, headers);
    expect(await greeting(client)).toBe('Hello Ada');
    client.close();
  });
});

describeOnEveryAdapter('a page of this machine', (adapter) => {
  const server = runApp({ adapter, options: { guards: [UserGuard] } });

  it.each(['http://localhost:6274', 'http://127.0.0.1:5173', 'http://[::1]:5173', 'https://localhost'])(
    'is served where requests are authenticated: %s',
    async (origin) => {
      const client = await WireClient.connect(server.url, { origin });
      expect(await greeting(client)).toBe('Hello Ada');
      client.close();
    },
  );
});

describeOnEveryAdapter('listed hosts and origins', (adapter) => {
  const server = runApp({
    adapter,
    options: {
      allowedHosts: ['mcp.example.com', 'localhost:3000'],
      allowedOrigins: ['https://chat.example.com'],
    },
  });

  it.each<Record<string, string>>([
    { host: 'mcp.example.com' },
    { host: 'MCP.example.com:8443' },
    { host: 'localhost:3000' },
    { host: 'mcp.example.com', origin: 'https://chat.example.com' },
    { host: 'mcp.example.com', origin: 'HTTPS://Chat.Example.com' },
    { host: 'mcp.example.com', origin: 'https://mcp.example.com' },
  ])('are served: %j', async (headers) => {
    const client = await WireClient.connect(server.url, headers);
    expect(await greeting(client)).toBe('Hello Ada');
    client.close();
  });

  it.each<Record<string, string>>([
    { host: '127.0.0.1' },
    { host: 'localhost' },
    { host: 'localhost:3001' },
    { host: 'a.mcp.example.com' },
    { host: 'mcp.example.com', origin: 'http://chat.example.com' },
    { host: 'mcp.example.com', origin: 'https://chat.example.com:444' },
    { host: 'mcp.example.com', origin: 'http://localhost:6274' },
    { host: 'mcp.example.com', origin: 'null' },
  ])('are the only ones served: 403 to %j', async (headers) => {
    const allowed = { host: 'mcp.example.com' };
    const client = await WireClient.connect(server.url, allowed);
    const stream = await send(server.url, { method: 'GET', headers: headers });
    expect(refusal(stream)).toEqual(refused(403, -32000));
    expect(refusal(await client.post(PING, headers))).toEqual(refused(403, -32000));
    expect(await greeting(client)).toBe('Hello Ada');
    client.close();
  });
});

describeOnEveryAdapter('the routes', (adapter) => {
  let running: RunningApp;

  afterEach(() => running.close());

  it('refuse a page of a foreign origin with 403, whatever its method', async () => {
    running = await startApp({ adapter, providers: [Features] });
    const headers = {
      origin: 'https://evil.example',
      accept: 'application/json, text/event-stream',
      'content-type': 'application/json',
    };
    const body = JSON.stringify(PING);
    for (const [method, path, sent] of [
      ['GET', '/mcp'],
      ['GET', '/sse'],
      ['POST', '/mcp', body],
      ['POST', '/messages?sessionId=x', body],
      ['DELETE', '/mcp'],
    ] as const)
      expect(await send(running.url + path, { method, headers, body: sent })).toMatchObject({ status: 403 });
    expect(running.sessions.sessions).toEqual([]);
  });

  it.each(['/sse', '/mcp'])('open no session for a HEAD: %s', async (path) => {
    running = await startApp({ adapter, providers: [Features] });
    const { status, headers, body } = await send(running.url + path, { method: 'HEAD' });
    expect({ status, type: headers['content-type'], body }).toEqual({
      status: 200,
      type: expect.stringMatching(/^text\/event-stream\b/),
      body: '',
    });
    expect(running.sessions.sessions).toEqual([]);
  });

  it.each(['application/json', 'text/html', 'application/json, text/plain;q=0.5'])(
    'answer 406 to a client that accepts no event stream: %s',
    async (accept) => {
      running = await startApp({ adapter, providers: [Features] });
      const response = await send(`${running.url}/sse`, { method: 'GET', headers: { accept } });
      expect(refusal(response)).toEqual(refused(406, -32000));
      expect(running.sessions.sessions).toEqual([]);
    },
  );

  it.each(['text/event-stream', 'application/json, text/event-stream', '*/*', 'text/*'])(
    'open a stream for a client that accepts %s',
    async (accept) => {
      running = await startApp({ adapter, providers: [Features] });
      const client = await WireClient.connect(`${running.url}/sse`, { accept });
      expect(await greeting(client)).toBe('Hello Ada');
      client.close();
    },
  );

  it('open a stream for a client that does not say what it accepts', async () => {
    running = await startApp({ adapter, providers: [Features] });
    const get = request(`${running.url}/sse`, { agent: new Agent() });
    get.end();
    const [response] = (await once(get, 'response')) as [IncomingMessage];
    expect(response.statusCode).toBe(200);
    get.on('error', () => undefined).destroy();
  });

  it.each([
    ['text/plain', 'hello'],
    ['application/json', '{"jsonrpc":'],
    ['application/json', JSON.stringify({ filler: 'x'.repeat(2_000_000) })],
  ])('answer 405 to a POST of the stream whatever it carries as %s', async (type, body) => {
    running = await startApp({ adapter, providers: [Features] });
    const post = beginPost(`${running.url}/sse`, { 'content-type': type, 'content-length': body.length });
    post.write(body.slice(0, 1_000));
    expect(refusal(await responseTo(post))).toEqual(refused(405, -32000));
  });

  it.each([
    ['POST', '/sse', 'GET'],
    ['POST', '/sse/', 'GET'],
    ['GET', '/messages', 'POST'],
    ['GET', '/messages/', 'POST'],
  ])('answer 405 to %s %s and allow %s', async (method, path, allowed) => {
    running = await startApp({ adapter, providers: [Features] });
    const body = method === 'POST' ? JSON.stringify(PING) : undefined;
    const response = await send(`${running.url}${path}`, { method, headers: JSON_HEADERS, body });
    expect(refusal(response)).toEqual(refused(405, -32000));
    expect(response.headers.allow).toBe(allowed);
  });

  it('work with a slash at the end, without a redirect', async () => {
    running = await startApp({ adapter, providers: [Features] });
    const client = await WireClient.connect(`${running.url}/sse/`);
    expect(client.response.statusCode).toBe(200);
    const response = await send(`${running.url}/messages/?sessionId=${await client.sessionId()}`, {
      headers: JSON_HEADERS,
      body: JSON.stringify(greet(1)),
    });
    expect(response.status).toBe(202);
    expect(await client.answer(1)).toMatchObject({ result: { content: [{ text: 'Hello Ada' }] } });
    expect(await greeting(client)).toBe('Hello Ada');
    client.close();
  });
});
