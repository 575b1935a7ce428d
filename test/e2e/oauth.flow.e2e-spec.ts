import { afterEach, describe, expect, it } from '@jest/globals';
import { auth, UnauthorizedError } from '@modelcontextprotocol/sdk/client/auth.js';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { OAuthTokens } from '@modelcontextprotocol/sdk/shared/auth.js';
import { LoggingMessageNotificationSchema } from '@modelcontextprotocol/sdk/types.js';
import { OAuthProvider } from '../clients/oauth-provider.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { AuthorizationServer } from '../fixtures/authorization-server/authorization-server.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';
import { movableClock } from '../fixtures/clock.js';
import { WhoAmI } from '../fixtures/who-am-i.js';

const TRANSPORTS = {
  // Its stream ends with the token, and the client's transport cannot take it up again: it has to refresh ahead.
  '/sse': { transport: SSEClientTransport, refreshesAhead: true },
  '/mcp': { transport: StreamableHTTPClientTransport, refreshesAhead: false },
} as const;
const LIFETIME_SECONDS = 60;

const putForward = movableClock();

function createClient(): Client {
  return new Client({ name: 'test-client', version: '1.0.0' });
}

describeOnAdapters('the authorization flow', (adapter) => {
  let authorizationServer: AuthorizationServer;
  let running: RunningApp;
  let client: Client;

  afterEach(async () => {
    await client.close();
    await running.close();
    await authorizationServer.close();
  });

  describe.each(Object.keys(TRANSPORTS) as (keyof typeof TRANSPORTS)[])(
    'of the official client at %s',
    (path) => {
      it('goes from a 401 to a session, which a refreshed token keeps when the first has expired', async () => {
        authorizationServer = await AuthorizationServer.start();
        const { url: issuer, jwksUri, audience } = authorizationServer;
        running = await startApp({
          adapter,
          providers: [WhoAmI],
          options: {
            auth: { jwt: { jwksUri, issuer, audience } },
            oauth: { scopesSupported: ['orders:read', 'orders:write'], scopes: ['orders:read'] },
          },
        });
        const provider = new OAuthProvider();
        const url = new URL(`${running.url}${path}`);
        const { transport: Transport, refreshesAhead } = TRANSPORTS[path];
        const transport = () => new Transport(url, { authProvider: provider });

        authorizationServer.lifetimes = [LIFETIME_SECONDS];
        const refused = transport();
        await expect(createClient().connect(refused)).rejects.toBeInstanceOf(UnauthorizedError);
        expect(provider.authorizationUrl!.searchParams.get('resource')).toBe(url.href);
        await refused.finishAuth(await provider.consent());
        const first = provider.tokens() as OAuthTokens;

        client = createClient();
        const logged = new Promise((resolve) =>
          client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params }) =>
            resolve(params.data),
          ),
        );
        await client.connect(transport());
        const [session] = running.sessions.sessions;
        const whoami = () => client.callTool({ name: 'whoami' });
        expect((await whoami()).structuredContent).toMatchObject({
          subject: 'ada',
          issuer,
          tenant: 'acme',
          scopes: ['orders:read'],
        });

        if (refreshesAhead) await auth(provider, { serverUrl: url });
        expect(await whoami()).not.toHaveProperty('isError');
        putForward(LIFETIME_SECONDS * 1_000);
        await whoami();
        expect(authorizationServer.count('/token refresh_token')).toBe(1);
        expect((await whoami()).structuredContent).toMatchObject({ subject: 'ada', tenant: 'acme' });
        expect(provider.tokens()!.access_token).not.toBe(first.access_token);
        expect(running.sessions.sessions.map(({ id }) => id)).toEqual([session!.id]);
        running.sessions.notify(session!.id, 'notifications/message', {
          level: 'info',
          data: 'still here',
        });
        expect(await logged).toBe('still here');
        expect(authorizationServer.granted.map(({ resource }) => resource)).toEqual([url.href, url.href]);
      });
    },
  );
});
