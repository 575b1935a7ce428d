import { afterAll, beforeAll, expect, it } from '@jest/globals';
import {
  ForbiddenException,
  Injectable,
  UnauthorizedException,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { McpConsoleModule } from 'nestjs-mcp-sse/console';
import { McpMetricsModule } from 'nestjs-mcp-sse/metrics';
import { RawConnection } from '../clients/raw-connection.js';
import { describeOnEveryAdapter } from '../fixtures/adapters.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';

const ADA = 'x-user: ada';
const MIB = 1024 * 1024;

@Injectable()
class TokenGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request: { headers: Record<string, string>; user?: object } = context.switchToHttp().getRequest();
    const user = request.headers['x-user'];
    if (user === undefined) throw new UnauthorizedException();
    if (user === 'eve') throw new ForbiddenException();
    request.user = { sub: user };
    return true;
  }
}

/** What is answered before its body is read, if that is read at all. */
const REQUESTS: [what: string, line: string, headers: string[], status: number][] = [
  ['no token', 'POST /mcp', [], 401],
  ['no token for a message', 'POST /messages?sessionId=x', [], 401],
  ['a wrong Host', 'POST /mcp', ['host: evil.example', ADA], 403],
  ['a wrong Origin', 'POST /mcp', ['origin: https://evil.example', ADA], 403],
  ['whom a guard refuses', 'POST /mcp', ['x-user: eve'], 403],
  ['an unknown session', 'POST /messages?sessionId=x', [ADA], 404],
  ['a stream that is posted to', 'POST /sse', [ADA], 405],
  ['a type that is not accepted', 'POST /mcp', ['accept: text/html', ADA], 406],
  ['a body that is no JSON', 'POST /mcp', ['accept: */*', 'content-type: text/plain', ADA], 415],
  ['a full server', 'GET /sse', [ADA], 503],
  ['a HEAD', 'HEAD /sse', [ADA], 200],
  ['the end of an unknown session', 'DELETE /mcp', ['mcp-session-id: x', ADA], 404],
  ['a method that is not served', 'PUT /mcp', [ADA], 404],
  ['the console', 'GET /console/', [], 200],
  ['a file of the console', 'GET /console/main.js', [], 200],
  ['what the console asks for', 'GET /console/api/server', [], 401],
  ['a POST to the console', 'POST /console/api/server', [], 404],
  ['metrics', 'GET /metrics', [], 200],
  ['a POST to metrics', 'POST /metrics', [], 404],
  ['metadata', 'GET /.well-known/oauth-protected-resource/mcp', [], 200],
];
/** Read until there is too much of it. */
const TOO_LARGE: (typeof REQUESTS)[number] = ['too large', 'POST /mcp', ['accept: */*', ADA], 413];
const FRAMINGS: [name: string, headers: string[], piece: string][] = [
  ['Content-Length', ['content-length: 1000'], ' '],
  ['chunks', ['transfer-encoding: chunked'], '1\r\n \r\n'],
  ['Expect: 100-continue', ['content-length: 1000', 'expect: 100-continue'], ' '],
  ['Connection: close', ['content-length: 1000', 'connection: close'], ' '],
];

describeOnEveryAdapter('a request whose body trickles in', (adapter) => {
  let [patient, strict] = [] as unknown as [RunningApp, RunningApp];

  beforeAll(async () => {
    const start = (bodyMs?: number) =>
      startApp({
        adapter,
        options: {
          guards: [TokenGuard],
          audit: false,
          oauth: { authorizationServers: ['https://login.example.com'] },
          limits: { maxSessions: 0, bodyMs, maxMessageBytes: 1 },
        },
        imports: [McpConsoleModule.forRoot(), McpMetricsModule.forRoot()],
      });
    patient = await start();
    strict = await start(100);
  });
  afterAll(() => Promise.all([patient.close(), strict.close()]));

  const begin = async ({ port }: RunningApp, line: string, headers: readonly string[]) => {
    const connection = await RawConnection.open(port);
    const defaults = ['host: localhost', 'content-type: application/json'];
    const missing = defaults.filter(
      (each) => !headers.some((header) => header.startsWith(each.split(' ')[0]!)),
    );
    await connection.write(`${[`${line} HTTP/1.1`, ...missing, ...headers].join('\r\n')}\r\n\r\n`);
    return connection;
  };

  it.each(REQUESTS)('is answered before any of it has arrived: %s', async (_what, line, headers, status) => {
    for (const [, framing] of FRAMINGS) {
      const connection = await begin(patient, line, [...headers, ...framing]);
      const [, answered] = await connection.until(/^HTTP\/1\.1 ([2-5]\d\d) /m);
      expect(answered).toBe(String(status));
      connection.close();
    }
  });

  it('loses its connection when its time is up, whatever it is', async () => {
    const attacks = [...REQUESTS, TOO_LARGE].flatMap(([what, line, headers, status]) =>
      FRAMINGS.map(async ([name, framing, piece]) => {
        const connection = await begin(strict, line, [...headers, ...framing]);
        const trickle = setInterval(() => void connection.write(piece), 10);
        const received = await connection.untilClosed();
        clearInterval(trickle);
        return [what, name, received.includes(`HTTP/1.1 ${status} `)];
      }),
    );
    const answers = await Promise.all(attacks);
    expect(answers.filter(([, , isRight]) => !isRight)).toEqual([]);
  });

  it('keeps its connection if it arrives in time', async () => {
    const connection = await begin(patient, 'POST /mcp', ['content-length: 1000']);
    await connection.until(/ 401 /);
    await connection.write(' '.repeat(1_000));
    await connection.write('GET /metrics HTTP/1.1\r\nhost: localhost\r\n\r\n');
    expect(await connection.until(/HTTP\/1\.1 200 OK/)).toBeTruthy();
    connection.close();
  });

  it.each(['close', 'keep-alive'])(
    'gets its answer while it keeps sending, and no reset: Connection: %s',
    async (mode) => {
      const large = 2 * MIB;
      const connection = await begin(patient, 'POST /mcp', [
        `content-length: ${large}`,
        `connection: ${mode}`,
      ]);
      await connection.until(/ 401 /);
      for (let sent = 0; sent < large; sent += 65_536) await connection.write(' '.repeat(65_536));
      if (mode === 'keep-alive')
        await connection.write('GET /metrics HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n');
      const received = await connection.untilClosed();
      expect([received.match(/HTTP\/1\.1 \d+/g), connection.fault]).toEqual([
        mode === 'close' ? ['HTTP/1.1 401'] : ['HTTP/1.1 401', 'HTTP/1.1 200'],
        undefined,
      ]);
    },
  );
});
