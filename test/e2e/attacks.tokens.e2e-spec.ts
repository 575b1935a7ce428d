import { createHmac, sign } from 'node:crypto';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import jwt from 'jsonwebtoken';
import { HttpWireClient, rpc } from '../clients/http-wire-client.js';
import { send, WireClient, type WireResponse } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { AuthorizationServer } from '../fixtures/authorization-server/authorization-server.js';
import { rsaKeyPair } from '../fixtures/authorization-server/signing-keys.js';
import { PATIENCE_MS, startWithJwks } from '../fixtures/jwks-app.js';
import type { RunningApp } from '../fixtures/start-app.js';

type Headers = Record<string, string>;

const FOREIGN = rsaKeyPair();

const PING = rpc('attack', 'ping');

jest.setTimeout(PATIENCE_MS);

function bearer(token: string): Headers {
  return { authorization: `Bearer ${token}` };
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}

/** Base64url of JSON. */
function part(json: unknown): string {
  return Buffer.from(JSON.stringify(json)).toString('base64url');
}

/** Well signed, whatever the claims are. */
function signed(server: AuthorizationServer, claims: unknown, header: object = {}): string {
  return signedText(server, part(claims), header);
}

/** Well signed, whatever stands where the claims should. */
function signedText({ keys }: AuthorizationServer, payload: string, header: object = {}): string {
  const { kid, privateKey } = keys.current;
  const content = `${part({ alg: 'RS256', kid, ...header })}.${payload}`;
  return `${content}.${sign('sha256', Buffer.from(content), privateKey).toString('base64url')}`;
}

/** What an attacker who has seen everything public, and holds a good token of someone else's, can make. */
const WRONG_TOKENS: Readonly<Record<string, (server: AuthorizationServer) => string>> = {
  'of another issuer': (server) => server.token({ iss: 'https://evil.example' }),
  'without an issuer': (server) => server.token({ iss: undefined }),
  'for another audience': (server) => server.token({ aud: 'https://other.example' }),
  'for several audiences, not this one': (server) => server.token({ aud: ['https://a.example', 'b'] }),
  'whose audience contains this one': (server) => server.token({ aud: `${server.audience}.evil.example` }),
  'without an audience': (server) => server.token({ aud: undefined }),
  'without a subject': (server) => server.token({ sub: undefined }),
  'with an empty subject': (server) => server.token({ sub: '' }),
  'whose payload is null': (server) => signed(server, null, { typ: 'JWT' }),
  'whose payload is a number': (server) => signed(server, 42, { typ: 'JWT' }),
  'whose payload is a string': (server) => signed(server, 'ada', { typ: 'JWT' }),
  'whose payload is a list': (server) => signed(server, [server.claims()], { typ: 'JWT' }),
  'whose payload is no JSON': (server) => signedText(server, 'bm9uc2Vuc2U', { typ: 'JWT' }),
  'whose payload is null, without a type': (server) => signed(server, null),
  'without an expiry': (server) => signed(server, server.claims({ exp: undefined })),
  'of the type logout+jwt': (server) => signed(server, server.claims(), { typ: 'logout+jwt' }),
  'of the type dpop+jwt': (server) => signed(server, server.claims(), { typ: 'dpop+jwt' }),
  'of the type secevent+jwt': (server) => signed(server, server.claims(), { typ: 'secevent+jwt' }),
  'of the type ID_TOKEN': (server) => signed(server, server.claims(), { typ: 'ID_TOKEN' }),
  'whose type is a list': (server) => signed(server, server.claims(), { typ: ['at+jwt'] }),
  'that has expired': (server) => server.token({ exp: now() - 1 }),
  'that is not valid yet': (server) => server.token({ nbf: now() + 60 }),
  'whose expiry is no number': (server) => signed(server, server.claims({ exp: 'never' })),
  'whose start is no number': (server) => signed(server, server.claims({ nbf: 'ever' })),
  'with alg none and no signature': (server) => jwt.sign(server.claims(), '', { algorithm: 'none' }),
  'with alg nOnE and no signature': (server) => `${part({ alg: 'nOnE' })}.${part(server.claims())}.`,
  'with alg none and the signature of a good one': (server) =>
    `${part({ alg: 'none' })}.${part(server.claims())}.${server.token().split('.')[2]}`,
  'of a good algorithm without its signature': (server) => server.token().replace(/[^.]*$/, ''),
  'signed with the public key as the secret of HS256': (server) => {
    const { kid, publicKey } = server.keys.current;
    const content = `${part({ alg: 'HS256', kid })}.${part(server.claims())}`;
    const pem = publicKey.export({ type: 'spki', format: 'pem' });
    return `${content}.${createHmac('sha256', pem).update(content).digest('base64url')}`;
  },
  'with an unknown key id': (server) => server.keys.sign(server.claims(), { keyid: 'unknown' }),
  'with a key of its own in the header': (server) => {
    const jwk = FOREIGN.publicKey.export({ format: 'jwk' });
    const header = { alg: 'RS256', jwk, jku: 'https://evil.example' };
    return jwt.sign(server.claims(), FOREIGN.privateKey, { algorithm: 'RS256', keyid: 'mine', header });
  },
  'signed with another key under a known key id': (server) =>
    jwt.sign(server.claims(), FOREIGN.privateKey, { algorithm: 'RS256', keyid: server.keys.current.kid }),
  'signed by another algorithm than the key is for': (server) =>
    server.keys.sign(server.claims(), { algorithm: 'PS256' }),
  'with a critical extension': (server) =>
    server.keys.sign(server.claims(), { header: { alg: 'RS256', crit: ['b64'] } as jwt.JwtHeader }),
  'whose claims were changed': (server) => {
    const [header, , signature] = server.token().split('.');
    return `${header}.${part(server.claims({ sub: 'root' }))}.${signature}`;
  },
  'whose signature was changed': (server) =>
    server.token().replace(/\.([^.])([^.]*)$/, (_, first, rest) => `.${first === 'A' ? 'B' : 'A'}${rest}`),
  'that is cut off': (server) => server.token().slice(0, -20),
  'that is no JWT': () => 'nonsense',
  'whose header is no JSON': () => 'e30x.e30.AAAA',
  'whose header is null': () => `${Buffer.from('null').toString('base64url')}.e30.AAAA`,
};

/** Every way in: opening a session by either transport, and posting into the open sessions of someone else. */
function ways(url: string, sse: WireClient, http: HttpWireClient) {
  const json = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
  const body = JSON.stringify(PING);
  return (headers: Headers): Promise<WireResponse>[] => [
    send(`${url}/sse`, { method: 'GET', headers }),
    send(`${url}/mcp`, { method: 'GET', headers }),
    send(`${url}/mcp`, { headers: { ...json, ...headers }, body }),
    http.post(PING, headers),
    http.delete(headers),
    sse.post(PING, headers),
  ];
}

describeOnAdapters('a token', (adapter) => {
  let authorizationServer: AuthorizationServer;
  let running: RunningApp;
  let attempt: ReturnType<typeof ways>;
  let victims: WireClient;

  beforeAll(async () => {
    authorizationServer = await AuthorizationServer.start();
    running = await startWithJwks(adapter, authorizationServer);
    const headers = bearer(authorizationServer.token());
    victims = await WireClient.connect(`${running.url}/sse`, headers);
    attempt = ways(running.url, victims, await HttpWireClient.connect(`${running.url}/mcp`, { headers }));
  });

  afterAll(async () => {
    victims.close();
    await running.close();
    await authorizationServer.close();
  });

  it.each(Object.keys(WRONG_TOKENS))('%s is refused on every route', async (kind) => {
    const answers = await Promise.all(attempt(bearer(WRONG_TOKENS[kind]!(authorizationServer))));
    for (const { status, headers, body } of answers) {
      expect([status, body]).toEqual([
        401,
        '{"jsonrpc":"2.0","error":{"code":-32000,"message":"Unauthorized"},"id":null}',
      ]);
      expect(headers['www-authenticate']).toMatch(/^Bearer error="invalid_token", resource_metadata="http/);
    }
    expect(running.sessions.sessions).toHaveLength(2);
    expect(victims.events).toHaveLength(1);
  });

  it.each([
    ['of another principal', { sub: 'eve' }],
    ['of another tenant', { tenant: 'other' }],
  ])('%s does not reach the sessions of this one', async (_, claims) => {
    const [, , , httpPost, httpDelete, ssePost] = attempt(bearer(authorizationServer.token(claims)));
    for (const answer of await Promise.all([httpPost!, httpDelete!, ssePost!]))
      expect(answer.status).toBe(404);
  });

  it('in the query or in a body does not count', async () => {
    const token = authorizationServer.token();
    const inQuery = await send(`${running.url}/sse?access_token=${token}`, { method: 'GET' });
    const inBody = await send(`${running.url}/mcp?access_token=${token}`, {
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: `access_token=${token}`,
    });
    expect([inQuery.status, inBody.status]).toEqual([401, 401]);
  });

  it.each([undefined, 'JWT', 'jwt', 'at+jwt', 'application/at+jwt'])(
    'of the type %s gets in',
    async (typ) => {
      const token = signed(authorizationServer, authorizationServer.claims(), { typ });
      const client = await WireClient.open(`${running.url}/sse`, bearer(token));
      expect(client.response.statusCode).toBe(200);
      client.close();
    },
  );
});
