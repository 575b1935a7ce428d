import { describe, expect, it } from '@jest/globals';
import { ForbiddenException, Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { McpConfigurationError, McpContext, McpTool, memoryCluster } from 'nestjs-mcp-sse';
import { connectSdkClient } from '../clients/sdk-client.js';
import { send, WireClient } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { appPerTest } from '../fixtures/app-per-test.js';
import { anError, bootError } from '../fixtures/boot-error.js';
import { messagesUrlAt, nodesPerTest } from '../fixtures/nodes.js';
import type { AppFixture } from '../fixtures/start-app.js';

/** Requires a workspace in each request. */
@Injectable()
class WorkspaceGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<{ query: Record<string, unknown>; user?: object }>();
    if (request.query['workspace'] === undefined) throw new ForbiddenException('Which workspace?');
    request.user = { sub: 'ada' };
    return true;
  }
}

@Injectable()
class Tools {
  @McpTool()
  query({ streamQuery, session }: McpContext) {
    return { ...streamQuery, ofSession: { ...session?.streamQuery } };
  }
}

const PING = JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'ping' });

describeOnAdapters('the query of a stream', (adapter) => {
  const { start } = appPerTest(adapter);
  const serve = async (endpointQuery?: string[], fixture: AppFixture = {}) => {
    const { url } = await start({
      providers: [Tools],
      ...fixture,
      options: { guards: [WorkspaceGuard], sse: { endpointQuery }, ...fixture.options },
    });
    return url;
  };
  const post = (url: string) =>
    send(url, { headers: { 'content-type': 'application/json' }, body: PING }).then(({ status }) => status);

  it.each(['/sse', '/mcp'])('is kept in the endpoint of %s for the names in the option', async (path) => {
    const url = await serve(['workspace', 'view', 'absent']);
    const wire = await WireClient.connect(
      `${url}${path}?workspace=4%2F2%0D%0Ax&token=t&view=a+b&view=%C3%BC`,
    );
    const endpoint = new URL(await wire.endpoint());
    const sessionId = endpoint.searchParams.get('sessionId')!;
    expect(endpoint.search).toBe(`?sessionId=${sessionId}&workspace=4%2F2%0D%0Ax&view=a+b&view=%C3%BC`);
    const query = { workspace: '4/2\r\nx', token: 't', view: ['a b', 'ü'] };
    const { result } = await wire.callTool(1, 'query');
    expect(result.structuredContent).toEqual({ ...query, ofSession: query });
    wire.close();
  });

  it('is available to guards on each message of an official client', async () => {
    const url = await serve(['workspace']);
    const client = await connectSdkClient(`${url}/sse?workspace=42`);
    const { structuredContent } = await client.callTool({ name: 'query' });
    expect(structuredContent).toMatchObject({ workspace: '42' });
    await client.close();
  });

  it('is available to handlers without the option', async () => {
    const { url } = await start({ providers: [Tools] });
    const client = await connectSdkClient(`${url}/sse?workspace=42`);
    const { structuredContent } = await client.callTool({ name: 'query' });
    expect(structuredContent).toMatchObject({ workspace: '42' });
    await client.close();
  });

  it.each([
    ['in memory', {}],
    ['in a cluster', { cluster: memoryCluster() }],
  ])('makes a session %s unknown to a message with another query', async (_, options) => {
    const url = await serve(['workspace', 'view'], { options });
    const wire = await WireClient.connect(`${url}/sse?workspace=42`);
    const endpoint = await wire.endpoint();
    const base = `${url}/messages?sessionId=${await wire.sessionId()}`;
    expect(await post(endpoint)).toBe(202);
    for (const query of ['workspace=43', 'workspace=42&workspace=43', 'workspace=42&view=', 'workspace='])
      expect([query, await post(`${base}&${query}`)]).toEqual([query, 404]);
    expect(await post(`${base}&other=1&workspace=42`)).toBe(202);
    wire.close();
  });

  it('starts a new session for a stream that reconnects with another query', async () => {
    const url = await serve(['workspace']);
    const wire = await WireClient.connect(`${url}/sse?workspace=42`);
    const again = (workspace: string) =>
      WireClient.connect(`${url}/sse?workspace=${workspace}`, { 'last-event-id': wire.lastEventId });
    const other = await again('43');
    expect(await other.sessionId()).not.toBe(await wire.sessionId());
    const same = await again('42');
    expect(await same.endpoint()).toBe(await wire.endpoint());
    for (const client of [wire, other, same]) client.close();
  });

  it('is refused if it would make the endpoint too long', async () => {
    const url = await serve(['workspace']);
    const { status, body } = await send(`${url}/sse?workspace=${'x'.repeat(1_100)}`, { method: 'GET' });
    expect([status, body]).toEqual([400, expect.stringContaining('1024 characters')]);
  });
});

describeOnAdapters('the query of a stream on two nodes', (adapter) => {
  const start = nodesPerTest(adapter);
  const options = { sse: { endpointQuery: ['workspace'] }, stored: { query: ['view'] } };

  it('is known to the other node when one is killed, for the names that are stored', async () => {
    const [one, other] = await start(2, { providers: [Tools], options });
    const client = await WireClient.connect(`${one!.url}/sse?workspace=42&view=list&other=1`);
    await client.initialize();
    one!.crash();
    client.close();
    const again = await WireClient.open(`${other!.url}/sse?workspace=42`, {
      'last-event-id': client.lastEventId,
    });
    await again.endpoint();
    expect(await again.sessionId()).toBe(await client.sessionId());
    expect(other!.sessions.sessions).toMatchObject([{ streamQuery: { workspace: '42', view: 'list' } }]);
    expect((await again.callTool(1, 'query')).result.structuredContent).toMatchObject({ workspace: '42' });
    again.close();
  });

  it('must match on the other node too, or the session is unknown', async () => {
    const [one, other] = await start(2, { providers: [Tools], options });
    const client = await WireClient.connect(`${one!.url}/sse?workspace=42`);
    const url = await messagesUrlAt(other!, client);
    const post = async (to: string) => {
      const headers = { 'content-type': 'application/json' };
      return (await send(to, { headers, body: PING })).status;
    };
    expect(await post(url.replace('workspace=42', 'workspace=43'))).toBe(404);
    expect(await post(url)).toBe(202);
    client.close();
  });
});

describe('sse.endpointQuery', () => {
  it.each([
    ...[
      'access_token',
      'accessToken',
      'token',
      'id-token',
      'api_key',
      'apiKey',
      'apikey',
      'x-api-key',
      'key',
    ],
    ...[
      'code',
      'authCode',
      'password',
      'pwd',
      'secret',
      'client_secret',
      'Authorization',
      'auth',
      'jwt',
      'JWT',
    ],
    ...['sessionId', 'session', 'sid', 'connect.sid', 'Mcp-Session-Id', 'sig', 'signature', 'cookie', ''],
  ])('refuses the name "%s" at boot', async (name) => {
    expect(await bootError({ options: { sse: { endpointQuery: ['workspace', name] } } })).toEqual(
      anError(McpConfigurationError, '"sse.endpointQuery"'),
    );
  });

  it('accepts names that only resemble those', async () => {
    const endpointQuery = ['workspace', 'monkey', 'country_code2', 'author', 'keyboard', 'encoded', 'sides'];
    expect((await bootError({ options: { sse: { endpointQuery } } })).message).toBe(
      'the application started',
    );
  });

  it('applies to stored.query too', async () => {
    expect(await bootError({ options: { stored: { query: ['access_token'] } } })).toEqual(
      anError(McpConfigurationError, '"stored.query"', 'plain text'),
    );
  });
});
