import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { ConflictException, Controller, Get, Injectable, Req, UseGuards } from '@nestjs/common';
import { AuthGuard } from '@nestjs/passport';
import jwt from 'jsonwebtoken';
import { McpTool } from 'nestjs-mcp-sse';
import { McpJwtStrategy } from 'nestjs-mcp-sse/passport';
import { textOf } from 'nestjs-mcp-sse/testing';
import { connectSdkClient } from '../clients/sdk-client.js';
import { send } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { AuthorizationServer } from '../fixtures/authorization-server/authorization-server.js';
import { rsaKeyPair } from '../fixtures/authorization-server/signing-keys.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';

interface Authenticated {
  readonly user: { readonly sub: string };
}

@Controller('me')
@UseGuards(AuthGuard('mcp-jwt'))
class MeController {
  @Get()
  me(@Req() { user }: Authenticated): string {
    return user.sub;
  }
}

@Injectable()
class Tools {
  @McpTool()
  @UseGuards(AuthGuard('mcp-jwt'))
  whoami(@Req() { user }: Authenticated): string {
    return user.sub;
  }
}

/** Loads the user of a token. */
@Injectable()
class UserStrategy extends McpJwtStrategy {
  readonly #users: Readonly<Record<string, object>> = { ada: { sub: 'Ada Lovelace' } };

  override validate({ sub }: { readonly sub?: unknown }): unknown {
    if (sub === 'broken') throw new ConflictException('two users');
    return this.#users[String(sub)];
  }
}

const WRONG_TOKENS: Readonly<Record<string, (server: AuthorizationServer) => string>> = {
  'that has expired': (server) => server.token({ exp: Math.floor(Date.now() / 1_000) - 1 }),
  'of another issuer': (server) => server.token({ iss: 'https://evil.example' }),
  'for another audience': (server) => server.token({ aud: 'https://other.example' }),
  'without a subject': (server) => server.token({ sub: undefined }),
  'of the type logout+jwt': (server) =>
    server.keys.sign(server.claims(), { header: { alg: 'RS256', typ: 'logout+jwt' } }),
  'with a critical extension': (server) =>
    server.keys.sign(server.claims(), { header: { alg: 'RS256', crit: ['b64'] } as jwt.JwtHeader }),
  'signed with another key': (server) =>
    jwt.sign(server.claims(), rsaKeyPair().privateKey, {
      algorithm: 'RS256',
      keyid: server.keys.current.kid,
    }),
  'that is not signed': (server) => jwt.sign(server.claims(), '', { algorithm: 'none' }),
  'that is no JWT': () => 'nonsense',
};

describeOnAdapters("passport's strategy mcp-jwt", (adapter) => {
  let server: AuthorizationServer;
  let running: RunningApp;

  beforeEach(async () => {
    server = await AuthorizationServer.start();
    const { jwksUri, url: issuer, audience } = server;
    running = await startApp({
      adapter,
      controllers: [MeController],
      providers: [
        Tools,
        {
          provide: McpJwtStrategy,
          useFactory: () => new McpJwtStrategy({ jwksUri, issuer, audience }),
        },
      ],
    });
  });

  afterEach(async () => {
    await running.close();
    await server.close();
  });

  const me = (token?: string) =>
    send(`${running.url}/me`, {
      method: 'GET',
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
    });

  it('lets good tokens into routes and tools, and makes their claims the user', async () => {
    expect(await me(server.token())).toMatchObject({ status: 200, body: 'ada' });
    expect(await me(server.token({ sub: 'bob' }))).toMatchObject({ status: 200, body: 'bob' });
    const client = await connectSdkClient(`${running.url}/sse`, {
      authorization: `Bearer ${server.token()}`,
    });
    expect(textOf(await client.callTool({ name: 'whoami' }))).toBe('ada');
    await client.close();
  });

  it.each(Object.keys(WRONG_TOKENS))('refuses a token %s', async (kind) => {
    expect((await me(WRONG_TOKENS[kind]!(server))).status).toBe(401);
  });

  it('refuses a request without a token', async () => {
    expect((await me()).status).toBe(401);
  });

  it('answers 503 while the key set cannot be fetched', async () => {
    server.condition = 'down';
    expect((await me(server.token())).status).toBe(503);
  });

  it('gives each token that waits for the keys its own verdict', async () => {
    server.condition = 'silent';
    const answers = [server.token(), 'nonsense', server.token({ sub: 'bob' })].map(me);
    await answers[1];
    server.release();
    const [ada, , bob] = await Promise.all(answers);
    expect([ada!.body, bob!.body]).toEqual(['ada', 'bob']);
  });

  it('lets a subclass choose the user, from what it keeps to itself', async () => {
    const { jwksUri, url: issuer, audience } = server;
    const other = await startApp({
      adapter,
      controllers: [MeController],
      providers: [
        {
          provide: UserStrategy,
          useFactory: () => new UserStrategy({ jwksUri, issuer, audience }),
        },
      ],
    });
    const answerTo = async (sub: string) =>
      send(`${other.url}/me`, {
        method: 'GET',
        headers: { authorization: `Bearer ${server.token({ sub })}` },
      });
    expect(await answerTo('ada')).toMatchObject({ status: 200, body: 'Ada Lovelace' });
    expect((await answerTo('bob')).status).toBe(401);
    expect((await answerTo('broken')).status).toBe(409);
    await other.close();
  });
});
