import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import {
  HttpException,
  Injectable,
  UnauthorizedException,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { McpAuditService, memoryCluster, type McpAuditEvent, type McpSseModuleOptions } from 'nestjs-mcp-sse';
import { McpConsoleModule } from 'nestjs-mcp-sse/console';
import { McpMetricsModule } from 'nestjs-mcp-sse/metrics';
import { send, type WireResponse } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { appPerTest } from '../fixtures/app-per-test.js';
import { beginPost, responseTo } from '../fixtures/bad-input.js';
import { freePort } from '../fixtures/free-port.js';
import { Scrape } from '../fixtures/scrape.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';

/** Lets in whom `x-user` names; a number is the status of an exception, and `broken` one of its own. */
@Injectable()
class MoodyGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request: { headers: Record<string, string>; user?: object } = context.switchToHttp().getRequest();
    const user = request.headers['x-user'];
    if (user === undefined) throw new UnauthorizedException();
    if (user === 'broken') throw new Error('the guard is broken');
    if (/^\d+$/.test(user)) throw new HttpException('no', Number(user));
    request.user = { sub: user };
    return true;
  }
}

type Headers = Record<string, string>;
const ADA = { 'x-user': 'ada' };
const JSON_TYPE = {
  ...ADA,
  'content-type': 'application/json',
  accept: 'application/json, text/event-stream',
};
const PING = '{"jsonrpc":"2.0","id":1,"method":"ping"}';
const CLUSTER = memoryCluster();
const METADATA = '/.well-known/oauth-protected-resource/mcp';

/** The route, what is sent to it, the status, and the reason that the audit trail and metrics have. */
const REFUSALS: [route: string, headers: Headers, body: string, status: number, reason: string][] = [
  ['POST /messages', JSON_TYPE, PING, 400, 'bad-request'],
  ['POST /mcp', JSON_TYPE, '{', 400, 'bad-request'],
  ['POST /mcp', JSON_TYPE, '{}', 400, 'bad-request'],
  ['POST /mcp', JSON_TYPE, PING, 400, 'bad-request'],
  ['GET /sse', {}, '', 401, 'unauthenticated'],
  ['GET /sse', { host: 'localhost:99999', authorization: 'Bearer wrong' }, '', 401, 'unauthenticated'],
  ['POST /mcp', { host: '127.0.0.999', authorization: 'Bearer wrong' }, PING, 401, 'unauthenticated'],
  ['GET /sse', { ...ADA, host: 'evil.example' }, '', 403, 'forbidden'],
  ['GET /sse', { ...ADA, 'sec-fetch-site': 'cross-site' }, '', 403, 'forbidden'],
  ['POST /messages?sessionId=x', JSON_TYPE, PING, 404, 'unknown-session'],
  ['DELETE /mcp', { ...ADA, 'mcp-session-id': 'x' }, '', 404, 'unknown-session'],
  ['POST /sse', JSON_TYPE, PING, 405, 'method-not-allowed'],
  ['GET /messages', ADA, '', 405, 'method-not-allowed'],
  ['GET /mcp', { ...ADA, accept: 'text/html' }, '', 406, 'not-acceptable'],
  ['GET /mcp', { 'x-user': '409' }, '', 409, 'conflict'],
  ['POST /mcp', JSON_TYPE, 'x'.repeat(1_001), 413, 'payload-too-large'],
  ['POST /mcp', { ...JSON_TYPE, 'content-type': 'text/plain' }, PING, 415, 'unsupported-media-type'],
  ['GET /sse', { 'x-user': '421' }, '', 421, 'misdirected'],
  ['GET /sse', { 'x-user': '429' }, '', 429, 'rate-limit'],
  ['GET /sse', { 'x-user': '499' }, '', 499, 'other'],
  ['GET /sse', { 'x-user': '503' }, '', 503, 'service-unavailable'],
  ['GET /console/nothing.js', {}, '', 404, 'not-found'],
  ['GET /console/', { host: 'evil.example' }, '', 403, 'forbidden'],
  ['GET /console/api/server', {}, '', 401, 'unauthenticated'],
  ['GET /console/api/sessions/x/messages', ADA, '', 404, 'not-found'],
  ['GET /console/api/requests', {}, '', 401, 'unauthenticated'],
  ['GET /metrics', {}, '', 401, 'unauthenticated'],
  ['GET /metrics', { ...ADA, 'sec-fetch-site': 'cross-site' }, '', 403, 'forbidden'],
  [`GET ${METADATA}`, { host: 'localhost:99999' }, '', 400, 'bad-request'],
  [`GET ${METADATA}`, { origin: 'https://evil.example' }, '', 403, 'forbidden'],
];

function ask(url: string, route: string, headers: Headers, body = ''): Promise<WireResponse> {
  const [method, path] = route.split(' ') as [string, string];
  return send(url + path, { method, headers, body: body || undefined });
}

describeOnAdapters('a refusal', (adapter) => {
  const { start } = appPerTest(adapter);
  let running: RunningApp;
  let trail: McpAuditEvent[];
  let counted: Scrape;

  const denials = () => Scrape.of(running.url, ADA);
  const trailOf = ({ app }: RunningApp) => {
    const events: McpAuditEvent[] = [];
    app.get(McpAuditService).events$.subscribe((event) => events.push(event));
    return events;
  };

  beforeAll(async () => {
    running = await startApp({
      adapter,
      options: {
        guards: [MoodyGuard],
        audit: false,
        oauth: { authorizationServers: ['https://login.example.com'] },
        limits: { maxMessageBytes: 1_000, bodyMs: 50 },
      },
      imports: [McpConsoleModule.forRoot(), McpMetricsModule.forRoot({ guards: [MoodyGuard] })],
      providers: [MoodyGuard],
    });
    trail = trailOf(running);
  });
  afterAll(() => running.close());
  beforeEach(async () => {
    counted = await denials();
    trail.length = 0;
  });

  /** That what was answered is there once, in the trail and in metrics. */
  const expectTold = async (expected: Partial<McpAuditEvent>) => {
    expect(running.sessions.sessions).toEqual([]);
    expect(trail).toEqual([
      expect.objectContaining({
        type: 'denial',
        outcome: 'denied',
        address: expect.stringContaining('127.0.0.1'),
        ...expected,
      }),
    ]);
    const [before, after] = [counted, await denials()];
    const { reason } = expected as { reason: string };
    for (const labels of [{}, { reason }] as Headers[]) {
      const [was = 0, is] = [before, after].map((scrape) => scrape.sum('mcp_denials_total', labels));
      expect([labels, is! - was]).toEqual([labels, 1]);
    }
  };

  it.each(REFUSALS)(
    'is audited and counted once: %s with %j',
    async (route, headers, body, status, reason) => {
      expect((await ask(running.url, route, headers, body)).status).toBe(status);
      await expectTold({ status, reason, method: route.split('?')[0] });
    },
  );

  it('is audited and counted once where a body does not arrive', async () => {
    const post = beginPost(`${running.url}/mcp`, { ...JSON_TYPE, 'content-length': 100 });
    post.flushHeaders();
    expect((await responseTo(post)).status).toBe(408);
    await expectTold({ status: 408, reason: 'request-timeout', method: 'POST /mcp' });
  });

  it('of a masked error has the correlation id of the answer and the log', async () => {
    const { status, body } = await ask(running.url, 'GET /sse', { 'x-user': 'broken' });
    expect(status).toBe(500);
    const [, correlationId] = /correlation id ([\w-]+)/.exec(body)!;
    await expectTold({ status, reason: 'internal-server-error', outcome: 'failed', correlationId });
  });

  const HOSTS = [
    'localhost:0',
    'localhost:65536',
    '[::1',
    '[::1]:x',
    '127.0.0.1:',
    'localhost:80:80',
    'localhost%00',
  ];
  const VALUES = [
    ...HOSTS,
    '',
    '/',
    '//',
    '\\',
    'http://',
    'null',
    ':',
    '%',
    '%zz',
    'ü',
    '"',
    ',',
    'a,b',
    '..',
    '[',
    '*',
  ];

  it('is never an internal error, and counted once, whatever Host, Origin, X-Forwarded headers and paths contain', async () => {
    const requests = [
      ...VALUES.map((host) => ['GET /mcp', { host, authorization: 'Bearer x' }] as const),
      ...VALUES.map((host) => [`GET ${METADATA}`, { host }] as const),
      ...[
        'origin',
        'authorization',
        'x-forwarded-proto',
        'x-forwarded-prefix',
        'last-event-id',
        'mcp-session-id',
      ].flatMap((name) => VALUES.map((value) => ['POST /mcp', { ...JSON_TYPE, [name]: value }] as const)),
      ...VALUES.map(
        (value) => [`POST /messages?sessionId=${encodeURIComponent(value)}&`, JSON_TYPE] as const,
      ),
      ...['%zz', '%', '[]=', '&&', '=%00'].map((query) => [`POST /messages?${query}`, JSON_TYPE] as const),
    ];
    for (const [route, headers] of requests) {
      trail.length = 0;
      const { status } = await ask(
        running.url,
        route,
        headers as Headers,
        route.startsWith('POST') ? PING : '',
      );
      expect([route, headers, status < 500, trail.length]).toEqual([
        route,
        headers,
        true,
        status < 400 ? 0 : 1,
      ]);
    }
  });

  it.each<[string, Partial<McpSseModuleOptions>, Headers, (running: RunningApp) => unknown]>([
    ['session-limit', { limits: { maxSessions: 0 } }, {}, () => undefined],
    ['shutting-down', {}, {}, ({ sessions }) => sessions.shutdown()],
    [
      'cluster-unavailable',
      { cluster: CLUSTER },
      { 'mcp-session-id': 'A'.repeat(22) },
      () => CLUSTER.nodes.at(-1)!.crash(),
    ],
  ])('with 503 has its cause: %s', async (reason, options, headers, prepare) => {
    const other = await start({ options });
    const events = trailOf(other);
    await prepare(other);
    expect((await ask(other.url, 'GET /mcp', headers)).status).toBe(503);
    expect(events.filter(({ type }) => type === 'denial')).toMatchObject([{ status: 503, reason }]);
  });

  it.each<[string, (url: string) => McpSseModuleOptions['auth']]>([
    ['key server', (url) => ({ jwt: { jwksUri: url, issuer: url, audience: 'x' } })],
    ['introspection', (url) => ({ introspection: { url, clientId: 'x', clientSecret: 'x', audience: 'x' } })],
  ])('with 503 tells that the %s is away', async (_what, auth) => {
    const other = await start({
      options: { audit: false, auth: auth(`http://127.0.0.1:${await freePort()}`) },
    });
    const events = trailOf(other);
    const token = ['{"alg":"RS256","kid":"a"}', '{"sub":"ada"}', 'x'].map((part) =>
      Buffer.from(part).toString('base64url'),
    );
    const headers = { authorization: `Bearer ${token.join('.')}` };
    expect((await ask(other.url, 'GET /sse', headers)).status).toBe(503);
    expect(events).toMatchObject([{ status: 503, reason: 'authorization-server-unavailable' }]);
  });
});
