import { generateKeyPairSync } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Logger } from '@nestjs/common';
import jwt from 'jsonwebtoken';
import type { McpJwtOptions, McpSseModuleOptions } from 'nestjs-mcp-sse';
import { send, WireClient } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { appPerTest } from '../fixtures/app-per-test.js';
import { AuthorizationServer } from '../fixtures/authorization-server/authorization-server.js';
import { bootError } from '../fixtures/boot-error.js';
import { MemoryLog } from '../fixtures/memory-log.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';

const SECRET = 'a secret of at least thirty-two bytes';
const ISSUER = 'https://issuer.example';
const AUDIENCE = 'https://mcp.example';

type Headers = Record<string, string>;

function bearer(token: string): Headers {
  return { authorization: `Bearer ${token}` };
}

function signed(claims: object, options: jwt.SignOptions = {}, key: jwt.Secret = SECRET): string {
  const all = { sub: 'ada', iss: ISSUER, aud: AUDIENCE, exp: 4_000_000_000, ...claims };
  return jwt.sign(JSON.parse(JSON.stringify(all)) as object, key, options);
}

const JWTS: [string, string, string | RegExp, Partial<McpJwtOptions>?][] = [
  [
    'an issuer that differs by a slash',
    signed({ iss: `${ISSUER}/` }),
    `the issuer (iss) of its token is "${ISSUER}/", and "auth.jwt.issuer" expects "${ISSUER}"; they differ by a trailing slash`,
  ],
  [
    'no issuer',
    signed({ iss: undefined }),
    `the issuer (iss) of its token is missing, and "auth.jwt.issuer" expects "${ISSUER}"`,
  ],
  [
    'other audiences',
    signed({ aud: ['https://a.example', 'https://b.example'] }),
    `the audience (aud) of its token is ["https://a.example","https://b.example"], and "auth.jwt.audience" expects "${AUDIENCE}"`,
  ],
  [
    'an expiry in the past',
    signed({ exp: 1_000_000_000 }),
    'its token expired (exp) at "2001-09-09T01:46:40.000Z"',
  ],
  [
    'a beginning in the future',
    signed({ nbf: 3_999_999_999 }),
    /its token is not valid before "2096-.*" \(nbf\)/,
  ],
  ['a beginning beyond all dates', signed({ nbf: 1e300 }), 'its token is not valid before null (nbf)'],
  [
    'another signature',
    signed({}, {}, 'another secret of thirty-two bytes!!!'),
    'its token was not signed by a key of "auth.jwt.secretOrKey"',
  ],
  [
    'another algorithm',
    signed({}, { algorithm: 'HS512' }),
    'the algorithm (alg) of its token is "HS512", and "auth.jwt.algorithms" accepts HS256',
  ],
  [
    'no signature',
    signed({}, { algorithm: 'none' }, ''),
    'the algorithm (alg) of its token is "none", and "auth.jwt.algorithms" accepts HS256',
  ],
  [
    'the type of another token',
    signed({}, { header: { alg: 'HS256', typ: 'logout+jwt' } }),
    'the type (typ) of its token is "logout+jwt", which no access token has',
  ],
  [
    'a critical extension',
    signed({}, { header: { alg: 'HS256', crit: ['b64'] } as jwt.JwtHeader }),
    'its token has critical extensions (crit), ["b64"]',
  ],
  ['no subject', signed({ sub: undefined }), 'the subject (sub) of its token is missing'],
  [
    'no expiry',
    signed({ exp: undefined }),
    'its token has no expiry (exp), which "auth.jwt.requireExpiry" requires',
  ],
  [
    'a long life',
    signed({ iat: 1_000_000_000 }),
    'its token lives for 3000000000 s, and "auth.jwt.maxLifetimeSeconds" is 60',
    { maxLifetimeSeconds: 60 },
  ],
  ['white space in its signature', signed({}).replace(/...$/, ' $&'), 'its token is not a readable JWT'],
  ['padding', `${signed({})}=`, 'its token is not a readable JWT'],
  ['no form of one', 'opaque', 'its token is not a readable JWT'],
  ['a payload that is no JSON', `${signed({}).split('.')[0]}.c2VjcmV0.x`, 'its token is not a readable JWT'],
  [
    'characters that would start a line',
    signed({ iss: 'a\n[Nest] b\u202e\u001b[2J' }),
    `the issuer (iss) of its token is "a\\n[Nest] b\\u202e\\u001b[2J", and "auth.jwt.issuer" expects "${ISSUER}"`,
  ],
];

describeOnAdapters('the log says at level debug why a request gets 401:', (adapter) => {
  const { start } = appPerTest(adapter);
  const log = new MemoryLog();
  let server: AuthorizationServer;

  beforeEach(async () => {
    server = await AuthorizationServer.start();
  });

  afterEach(async () => {
    log.lines.splice(0);
    Logger.overrideLogger(false);
    await server.close();
  });

  /** What is logged of each request, which is answered as every other one that is refused. */
  async function refusal(auth: McpSseModuleOptions['auth'], headers: Headers): Promise<string> {
    const { url } = await start({
      options: { auth, oauth: undefined },
      configure: (app) => app.useLogger(log),
    });
    log.lines.splice(0);
    for (let times = 0; times < 2; times++) {
      const answer = await send(`${url}/sse`, { method: 'GET', headers });
      const challenge = String(answer.headers['www-authenticate']);
      expect([answer.status, challenge.includes('error="invalid_token"'), JSON.parse(answer.body)]).toEqual([
        401,
        'authorization' in headers,
        { jsonrpc: '2.0', id: null, error: { code: -32000, message: 'Unauthorized' } },
      ]);
    }
    const lines = log.lines.filter((line) => line.includes('gets 401'));
    expect(lines).toEqual([lines[0], lines[0]]);
    const secrets = Object.values(headers).flatMap((value) => value.replace('Bearer ', '').match(/[^.]+/g)!);
    for (const line of log.lines) for (const secret of secrets) expect(line).not.toContain(secret);
    return /^debug A request gets 401: (.*)\. McpSseModule$/s.exec(lines[0]!)![1]!;
  }

  it.each(JWTS)('a JWT with %s', async (_, token, cause, options = {}) => {
    const auth = { jwt: { secretOrKey: SECRET, issuer: ISSUER, audience: AUDIENCE, ...options } };
    const told = await refusal(auth, bearer(token));
    expect(told).toMatch(cause);
  });

  it('a JWT with an unknown key', async () => {
    const auth = { jwt: { jwksUri: server.jwksUri, issuer: server.url, audience: server.audience } };
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const token = signed({}, { algorithm: 'ES256', keyid: 'of another tenant' }, privateKey);
    expect(await refusal(auth, bearer(token))).toBe(
      'the key of its token is unknown: "auth.jwt.jwksUri" does not have exactly one key for ES256 with the id (kid) "of another tenant"',
    );
  });

  it('a JWT of an algorithm that is accepted, but not of the kind of the key', async () => {
    const [key, other] = ['P-256', 'P-384'].map((namedCurve) => generateKeyPairSync('ec', { namedCurve }));
    const secretOrKey = key!.publicKey.export({ type: 'spki', format: 'pem' });
    const auth = { jwt: { secretOrKey, algorithms: ['ES256' as const, 'ES384' as const] } };
    const token = signed({}, { algorithm: 'ES384' }, other!.privateKey);
    expect(await refusal(auth, bearer(token))).toBe(
      'the key of its token is unknown: it names no key (kid), and "auth.jwt.secretOrKey" does not have exactly one key for ES384',
    );
  });

  it('no JWT', async () => {
    const auth = { jwt: { secretOrKey: SECRET } };
    expect(await refusal(auth, { authorization: 'Basic YWRhOnNlY3JldA==' })).toBe(
      'it has no bearer token, which "auth.jwt" requires',
    );
  });

  it.each<[string, Record<string, unknown> | undefined, string | RegExp]>([
    ['that is unknown', undefined, /reports its token as inactive/],
    [
      'for another service',
      { aud: 'https://other.example' },
      /"https:\/\/other\.example", and "auth\.introspection\.audience" expects/,
    ],
    [
      'that is for refreshing',
      { token_type: 'refresh_token' },
      /\(token_type\) of its token is "refresh_token"/,
    ],
    ['without a subject', { sub: '' }, /the subject \(sub\) of its token is ""/],
    ['that has expired', { exp: 1_000_000_000 }, 'its token expired (exp), at 1000000000'],
    ['that has not begun', { nbf: 4_000_000_000 }, 'its token is not valid before 4000000000 (nbf)'],
  ])('an opaque token %s, while it is remembered too', async (_, claims, cause) => {
    const { id, secret } = server.client;
    const auth = {
      introspection: {
        url: server.introspectionUrl,
        clientId: id,
        clientSecret: secret,
        audience: server.audience,
        timeoutMs: 30_000,
      },
    };
    const token = claims ? server.opaqueToken(claims) : 'made-up-by-somebody';
    const told = await refusal(auth, bearer(token));
    expect(told).toMatch(cause);
  });

  it.each<[string, Headers, string]>([
    ['that is unknown', { 'x-api-key': 'a-key-made-up' }, 'its key is not in "auth.apiKey.keys"'],
    ['that is not there', {}, 'it has no key, neither in "x-api-key" nor as a bearer token'],
  ])('an API key %s', async (_, headers, cause) => {
    const auth = { apiKey: { keys: [{ name: 'ci', key: 'the key of the build server' }] } };
    expect(await refusal(auth, headers)).toBe(cause);
  });
});

const secretOrKey = 'a secret that is long enough for HS256';
const HOUR = 3_600;

function now(): number {
  return Math.floor(Date.now() / 1_000);
}

describe('the lifetime of a token', () => {
  let running: RunningApp;

  afterEach(() => running.close());

  const start = async (options: McpJwtOptions) => {
    const auth = { jwt: { secretOrKey, ...options } };
    running = await startApp({ options: { auth } });
    return async (claims: object): Promise<number> => {
      const token = jwt.sign({ sub: 'ada', ...claims }, secretOrKey, { noTimestamp: !('iat' in claims) });
      const headers = { authorization: `Bearer ${token}` };
      const client = await WireClient.open(`${running.url}/sse`, headers);
      client.close();
      return client.response.statusCode!;
    };
  };

  it('must end, unless an option says otherwise', async () => {
    const strict = await start({});
    expect(await strict({})).toBe(401);
    expect(await strict({ exp: now() + 100 * HOUR })).toBe(200);
    await running.close();
    const lenient = await start({ requireExpiry: false });
    expect(await lenient({})).toBe(200);
    expect(await lenient({ exp: now() - 1 })).toBe(401);
  });

  it('may be limited: from its issue to its expiry, or from now', async () => {
    const status = await start({ maxLifetimeSeconds: HOUR, requireExpiry: false });
    expect(await status({ iat: now(), exp: now() + HOUR })).toBe(200);
    expect(await status({ iat: now() - 2 * HOUR, exp: now() + 10 })).toBe(401);
    expect(await status({ iat: now(), exp: now() + HOUR + 1 })).toBe(401);
    expect(await status({ exp: now() + HOUR })).toBe(200);
    expect(await status({ exp: now() + HOUR + 100 })).toBe(401);
    // Issued in the future, so that its expiry seems near.
    expect(await status({ iat: now() + 24 * HOUR, exp: now() + 24 * HOUR + 10 })).toBe(401);
    expect(await status({})).toBe(401);
  });
});

describe('a limit of lifetimes', () => {
  it.each([0, -1, NaN])('of %d seconds stops the boot', async (maxLifetimeSeconds) => {
    const error = await bootError({ options: { auth: { jwt: { secretOrKey, maxLifetimeSeconds } } } });
    expect(error.message).toMatch(/`auth.jwt.maxLifetimeSeconds` must be a number of seconds above 0/);
  });
});
