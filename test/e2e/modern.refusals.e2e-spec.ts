import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { LOG_LEVEL, MODERN } from '../clients/modern-client.js';
import { modernRpc, postModern, withMeta } from '../clients/modern-wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { call, Desk, GREET, LIST } from '../fixtures/desk.js';
import { HeaderUserGuard, userHeaders } from '../fixtures/header-user.guard.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';

const CLAIM = 'io.modelcontextprotocol/protocolVersion';
const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';
const CLIENT_INFO = 'io.modelcontextprotocol/clientInfo';

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

describeOnAdapters('a refused request of revision 2026-07-28', (adapter) => {
  let running: RunningApp;
  let desk: Desk;

  beforeAll(async () => {
    const options = { guards: [HeaderUserGuard], limits: { maxInFlightPerPrincipal: 2 } };
    running = await startApp({ adapter, providers: [Desk], options });
    desk = running.app.get(Desk);
  });

  afterAll(() => running.close());

  it.each(REFUSALS)('gets the error for %s', async (_, body, headers, status, error) => {
    const response = await postModern(running.url, body, headers);
    expect(response.headers.get('content-type')).toMatch(/^application\/json/);
    expect([response.status, await response.json()]).toEqual([
      status,
      { jsonrpc: '2.0', id: 1, error: { message: expect.any(String), ...error } },
    ]);
  });

  it('gets -32700 without an id for a body that is not JSON', async () => {
    const response = await postModern(running.url, '{"jsonrpc":', { 'mcp-method': 'tools/list' });
    expect([response.status, await response.json()]).toMatchObject([
      400,
      { id: null, error: { code: -32700 } },
    ]);
  });

  it('cannot be part of a batch, or a response', async () => {
    const batch = await postModern(running.url, [LIST, GREET], { 'mcp-method': 'tools/list' });
    expect([batch.status, await batch.json()]).toMatchObject([400, { error: { code: -32600 } }]);
    const answer = await postModern(running.url, { jsonrpc: '2.0', id: 1, result: {} });
    expect([answer.status, await answer.json()]).toMatchObject([400, { error: { code: -32600 } }]);
    expect(running.sessions.sessions).toEqual([]);
  });

  it('gets 429 while its principal has too many in flight, and others do not', async () => {
    const ada = userHeaders('ada');
    const leaving = new AbortController();
    for (let waiting = 0; waiting < 2; waiting++) {
      desk.expectOne();
      void postModern(running.url, call('wait'), ada, leaving.signal).catch(() => undefined);
      await desk.waiting;
    }
    const refused = await postModern(running.url, GREET, ada);
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '1']);
    expect(await refused.json()).toMatchObject({ id: 1, error: { code: expect.any(Number) } });
    expect((await postModern(running.url, GREET, userHeaders('bob'))).status).toBe(200);
    leaving.abort();
    await desk.leaving;
    let status: number;
    do status = (await postModern(running.url, GREET, ada)).status;
    while (status === 429);
    expect(status).toBe(200);
  });

  it('gets 403 from a page of a foreign origin', async () => {
    const response = await postModern(running.url, GREET, { origin: 'https://evil.example' });
    expect(response.status).toBe(403);
  });
});
