import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { request } from 'node:http';
import { McpConsoleModule } from 'nestjs-mcp-sse/console';
import { McpMetricsModule } from 'nestjs-mcp-sse/metrics';
import { send, WireClient } from '../clients/wire-client.js';
import { describeOnEveryAdapter, type AdapterName } from '../fixtures/adapters.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';
import { UserGuard } from '../fixtures/user.guard.js';

type Headers = Record<string, string>;

const ROUTES = [
  'GET /sse',
  'HEAD /sse',
  'POST /sse',
  'GET /messages',
  'POST /messages?sessionId=x',
  'GET /mcp',
  'POST /mcp',
  'POST /mcp?sessionId=x',
  'DELETE /mcp',
  'GET /console',
  'GET /console/',
  'GET /console/main.js',
  'GET /console/api/server',
  'GET /console/api/sessions',
  'GET /console/api/sessions/x/messages',
  'GET /console/api/requests',
  'GET /metrics',
  'GET /.well-known/oauth-protected-resource/mcp',
  'OPTIONS /.well-known/oauth-protected-resource/sse',
];
const INSPECTOR = 'http://localhost:6274';
const LINK = { 'sec-fetch-mode': 'navigate', 'sec-fetch-dest': 'document' };

/** What comes from a page that may be anybody's, or from where the server cannot tell. */
const FROM_OTHER_PAGES: [string, Headers][] = [
  ['a page of another site that sends no Origin', { 'sec-fetch-site': 'cross-site' }],
  ['a page on another port that sends no Origin', { 'sec-fetch-site': 'same-site' }],
  ['an image of another site', { 'sec-fetch-site': 'cross-site', 'sec-fetch-mode': 'no-cors' }],
  [
    'a frame in a page of another site',
    { ...LINK, 'sec-fetch-site': 'cross-site', 'sec-fetch-dest': 'iframe' },
  ],
  ['an origin that is not allowed', { origin: 'https://evil.example' }],
];
const WITHOUT_AUTHENTICATION: [string, Headers][] = [
  ['another page of this machine', { origin: 'http://localhost:5173' }],
  ['a name that is bound to this address anew', { host: 'evil.example', origin: 'http://evil.example' }],
  ['a proxy, by X-Forwarded-For', { 'x-forwarded-for': '203.0.113.1' }],
  ['a proxy, by X-Forwarded-Host', { 'x-forwarded-host': 'mcp.example.com' }],
  ['a proxy, by Forwarded', { forwarded: 'for=203.0.113.1' }],
  ['a proxy, by Via', { via: '1.1 gateway' }],
];

describeOnEveryAdapter('a server', (adapter) => {
  let [open, guarded] = [] as unknown as [RunningApp, RunningApp];

  beforeAll(async () => {
    open = await startWith(adapter, {});
    guarded = await startWith(adapter, { guards: [UserGuard] });
  });
  afterAll(() => Promise.all([open.close(), guarded.close()]));

  /** Every route that a request with these headers gets another status from than 403. */
  const letIn = async ({ url }: RunningApp, headers: Headers) => {
    const statuses = await Promise.all(
      ROUTES.map(async (route) => {
        const [method, path] = route.split(' ') as [string, string];
        const status = await statusOf(url + path, method, headers);
        return status === 403 ? [] : [`${route}: ${status}`];
      }),
    );
    return statuses.flat();
  };

  it.each([...FROM_OTHER_PAGES, ...WITHOUT_AUTHENTICATION])(
    'without authentication refuses %s on every route',
    async (_what, headers) => {
      expect(await letIn(open, headers)).toEqual([]);
      expect(open.sessions.sessions).toEqual([]);
    },
  );

  it.each(FROM_OTHER_PAGES)('with authentication refuses %s on every route', async (_what, headers) => {
    expect(await letIn(guarded, headers)).toEqual([]);
    expect(guarded.sessions.sessions).toEqual([]);
  });

  it('serves clients that are no browsers, pages of its own, of allowed origins, and typed addresses', async () => {
    for (const headers of [
      {},
      { 'sec-fetch-site': 'same-origin' },
      { 'sec-fetch-site': 'none', ...LINK },
      { origin: INSPECTOR, 'sec-fetch-site': 'same-site' },
    ]) {
      const client = await WireClient.open(`${open.url}/sse`, headers as Headers);
      expect([headers, client.response.statusCode]).toEqual([headers, 200]);
      client.close();
    }
  });

  it('lets links of other sites lead to the console alone', async () => {
    const headers = { ...LINK, 'sec-fetch-site': 'cross-site' };
    for (const running of [open, guarded])
      expect(await letIn(running, headers)).toEqual(['GET /console: 308', 'GET /console/: 200']);
  });

  it('with authentication serves what came through a proxy', async () => {
    const headers = { 'x-forwarded-for': '203.0.113.1', via: '1.1 gateway' };
    const client = await WireClient.connect(`${guarded.url}/sse`, headers);
    expect(client.response.statusCode).toBe(200);
    client.close();
  });

  it('says how a page of this machine gets in', async () => {
    const refused = await send(`${open.url}/mcp`, { headers: { origin: 'http://localhost:5173' } });
    expect(refused.body).toContain('Add it to \\"allowedOrigins\\"');
  });
});

/** The status alone, since streams have no end. */
function statusOf(url: string, method: string, headers: Headers): Promise<number> {
  return new Promise((resolve, reject) => {
    const asking = request(url, { method, headers, agent: false }, (response) => {
      resolve(response.statusCode!);
      response.destroy();
    });
    asking.on('error', reject).end();
  });
}

function startWith(adapter: AdapterName, options: { guards?: [typeof UserGuard] }): Promise<RunningApp> {
  return startApp({
    adapter,
    options: {
      ...options,
      allowedOrigins: [INSPECTOR],
      oauth: { authorizationServers: ['https://login.example.com'] },
    },
    imports: [McpConsoleModule.forRoot(), McpMetricsModule.forRoot(options)],
  });
}
