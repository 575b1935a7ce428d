import { createHash } from 'node:crypto';
import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import jwt from 'jsonwebtoken';
import { McpTool, type McpApiKeyProvider, type McpSseModuleOptions } from 'nestjs-mcp-sse';
import { HttpWireClient } from '../clients/http-wire-client.js';
import { send, WireClient } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { appPerTest } from '../fixtures/app-per-test.js';
import { AuthorizationServer } from '../fixtures/authorization-server/authorization-server.js';
import { MemoryLog } from '../fixtures/memory-log.js';

const SECRET = 'the signing secret, which is long enough';
const KEY = 'the-key-of-the-build-server';
/** For a machine that is busy. */
const PATIENCE_MS = 30_000;

jest.setTimeout(PATIENCE_MS);

@Injectable()
class BrokenTools {
  @McpTool()
  fail(): never {
    throw new Error('on purpose');
  }
}

@Injectable()
class BrokenKeys implements McpApiKeyProvider {
  verify(): never {
    throw new Error('the database is away');
  }
}

interface Case {
  readonly auth: McpSseModuleOptions['auth'];
  /** Credentials of requests that are good, and of others. */
  readonly tokens: readonly string[];
  /** What else must not be seen. */
  readonly secrets: readonly string[];
}

const CASES: Readonly<Record<string, (server: AuthorizationServer) => Case>> = {
  'a secret': ({ audience }) => {
    const good = jwt.sign({ sub: 'ada', aud: audience }, SECRET, { expiresIn: '1h' });
    return {
      auth: { jwt: { secretOrKey: SECRET, audience } },
      tokens: [good, jwt.sign({ sub: 'ada', aud: 'other' }, SECRET), `${good}x`, 'made-up-token'],
      secrets: [SECRET],
    };
  },
  'a key set': (server) => ({
    auth: { jwt: { jwksUri: `${server.jwksUri}?key=${KEY}`, issuer: server.url, audience: server.audience } },
    tokens: [server.token(), 'made-up-token'],
    secrets: [KEY],
  }),
  introspection: (server) => ({
    auth: {
      introspection: {
        url: server.introspectionUrl,
        clientId: server.client.id,
        clientSecret: server.client.secret,
        cacheMs: 0,
      },
    },
    tokens: [server.opaqueToken(), 'made-up-token'],
    secrets: [server.client.secret, encodeURIComponent(server.client.secret)],
  }),
  'keys of the options': () => ({
    auth: { apiKey: { keys: [{ name: 'ci', key: KEY }] } },
    tokens: [KEY, 'made-up-key'],
    secrets: [createHash('sha256').update(KEY).digest('hex')],
  }),
  'keys of a provider that fails': () => ({
    auth: { apiKey: { provider: BrokenKeys } },
    tokens: [KEY],
    secrets: [],
  }),
};

/** The form that a secret takes in a log or an answer: as it is, or encoded. */
function forms(secret: string): string[] {
  return [secret, Buffer.from(secret).toString('base64').replaceAll('=', ''), encodeURIComponent(secret)];
}

describeOnAdapters('what a client proves itself by', (adapter) => {
  const { start } = appPerTest(adapter);
  let server: AuthorizationServer;

  beforeAll(async () => {
    server = await AuthorizationServer.start();
  });

  afterAll(() => server.close());

  it.each(Object.keys(CASES))('is in no log line and no answer: %s', async (kind) => {
    server.condition = 'well';
    const { auth, tokens, secrets } = CASES[kind]!(server);
    const log = new MemoryLog();
    const { url } = await start({
      options: { auth },
      providers: [BrokenTools, BrokenKeys],
      configure: (app) => app.useLogger(log),
    });
    const seen: unknown[] = [];
    const see = async (answer: Promise<{ status: number; headers: object; body: string }>) => {
      const { status, headers, body } = await answer;
      seen.push(status, headers, body);
    };
    const json = { 'content-type': 'application/json', accept: '*/*' };
    for (const condition of ['well', 'down', 'nonsense'] as const)
      for (const token of tokens) {
        server.condition = condition;
        const headers = { authorization: `Bearer ${token}` };
        const stream = await WireClient.open(`${url}/sse`, headers);
        seen.push(stream.response.headers, stream.response.statusCode);
        if (stream.response.statusCode === 200) {
          seen.push(await stream.callTool(1, 'fail'));
          await see(stream.post('{'));
        }
        stream.close();
        await see(
          send(`${url}/messages?sessionId=none&access_token=${token}`, { headers: json, body: '{}' }),
        );
        await see(new HttpWireClient(`${url}/mcp`, headers).post({ jsonrpc: '2.0', id: 1, method: 'none' }));
        await see(send(`${url}/mcp`, { headers: { ...json, 'x-api-key': token }, body: '[' }));
      }

    const everything = [...log.lines, JSON.stringify(seen)].join('\n');
    // So that it looks where there is something to see.
    expect(log.lines.join('\n')).toMatch(/correlation id|does not answer/);
    expect(everything).toContain('Unauthorized');
    for (const secret of [...tokens, ...secrets].flatMap(forms)) expect(everything).not.toContain(secret);
  });
});
