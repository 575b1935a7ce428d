import { describe, expect, it } from '@jest/globals';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { McpComplete, McpResource, McpRoles, McpSessionService, McpUriParam } from 'nestjs-mcp-sse';
import { WireClient } from '../clients/wire-client.js';
import { appPerTest } from '../fixtures/app-per-test.js';
import { cpuTime } from '../fixtures/cpu-time.js';

const ran: string[] = [];
const received: unknown[] = [];

@Injectable()
class Vault {
  @McpRoles('admin')
  @McpResource({ uri: 'vault://secret' })
  secret(): string {
    ran.push('secret');
    return 'gold';
  }

  @McpRoles('admin')
  @McpResource({ uri: 'vault://files/secret' })
  file(): string {
    ran.push('file');
    return 'gold';
  }

  @McpComplete({ resource: 'vault://secret', argument: 'name' })
  complete(): string[] {
    ran.push('complete');
    return [];
  }

  @McpResource({ uri: 'vault://{name}{?page}' })
  open(@McpUriParam('name') name: string): string {
    received.push(name);
    return name;
  }

  @McpResource({ uri: 'vault://files/{name}' })
  openFile(@McpUriParam('name') name: string): string {
    received.push(name);
    return name;
  }

  @McpResource({ uri: 'orders://list{?page,limit}' })
  list(query: Record<string, unknown>): object {
    return query;
  }

  @McpResource({ uri: 'tree://shelf{/path*}' })
  tree(@McpUriParam('path') path: string[]): object {
    return path;
  }

  @McpResource({ uri: 'days://{year}-{month}-{day}' })
  day(): string {
    return 'a day';
  }

  @McpResource({ uri: 'paths://{+a}/{+b}/{+c}' })
  paths(): string {
    return 'paths';
  }
}

@Injectable()
class AdminGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<{ headers: { role?: string }; user: unknown }>();
    request.user = { sub: 'ada', roles: [request.headers.role] };
    return true;
  }
}

describe('the attacker who spells URIs', () => {
  const { start } = appPerTest();
  const connect = async (role = 'user') => {
    ran.length = received.length = 0;
    const running = await start({ providers: [Vault], options: { guards: [new AdminGuard()] } });
    return { ...running, client: await WireClient.connect(`${running.url}/sse`, { role }) };
  };
  const SPELLINGS = [
    'vault://%73ecret',
    'VAULT://secret',
    'vault://SECRET',
    'vault://s%65cre%74',
    'vault://secret?page=1',
    'vault://secret?',
    'vault://files/%73ecret',
    'vault://Files/secret',
    'vault://files/./secret',
    'vault://files/x/../secret',
    'vault://files/%2e%2e/secret',
    'vault://files/x/%2E%2e/s%65cret',
  ];

  it.each(SPELLINGS)(
    'spells a hidden resource as %s: it is not found, and no template matches it',
    async (uri) => {
      const { client } = await connect();
      for (const method of ['resources/read', 'resources/subscribe'])
        expect((await client.call(1, method, { uri }))['error']).toMatchObject({ code: -32002 });
      const completion = { ref: { type: 'ref/resource', uri }, argument: { name: 'name', value: '' } };
      expect((await client.call(2, 'completion/complete', completion))['error']).toMatchObject({
        code: -32602,
      });
      expect([ran, received]).toEqual([[], []]);
    },
  );

  it.each(SPELLINGS)('lets permitted users read it as %s too', async (uri) => {
    const { client } = await connect('admin');
    const { result } = await client.call(1, 'resources/read', { uri });
    expect(result.contents).toEqual([{ uri, mimeType: 'text/plain', text: 'gold' }]);
  });

  it.each(['..%2f..%2fetc%2fpasswd', 'a%2Fb', 'a%5cb', 'a\\b', 'a%00b', 'a%2f%ff', '%2e%2e'])(
    'puts %s where one segment belongs: no handler gets it',
    async (name) => {
      const { client } = await connect();
      for (const uri of [`vault://${name}`, `vault://files/${name}`])
        expect((await client.call(1, 'resources/read', { uri }))['error']).toMatchObject({ code: -32002 });
      expect(received).toEqual([]);
    },
  );

  it('encodes twice: it is decoded once', async () => {
    const { client } = await connect();
    await client.call(1, 'resources/read', { uri: 'vault://files/a%252Fb' });
    expect(received).toEqual(['a%2Fb']);
  });

  it('unsubscribes by another spelling, and hears of a change under the spelling subscribed to', async () => {
    const { app, client } = await connect();
    const sessions = app.get(McpSessionService);
    await client.call(1, 'resources/subscribe', { uri: 'vault://files/%61' });
    sessions.resourceUpdated('vault://files/a');
    expect(await client.message()).toMatchObject({ params: { uri: 'vault://files/%61' } });
    await client.call(2, 'resources/unsubscribe', { uri: 'VAULT://files/a' });
    sessions.resourceUpdated('vault://files/a');
    expect(await client.call(3, 'ping')).toMatchObject({ id: 3 });
    const messages = client.events.filter(({ data }) => data?.includes('resources/updated'));
    expect(messages).toHaveLength(1);
  });

  it.each([
    ['orders://list', {}],
    ['orders://list?limit=5&unknown=1&page=2', { limit: '5', page: '2' }],
    ['tree://shelf/a/b%20c', ['a', 'b c']],
    ['tree://shelf', []],
  ])('reads %s, and the handler gets what it means', async (uri, value) => {
    const { client } = await connect();
    const { result } = await client.call(1, 'resources/read', { uri });
    expect(JSON.parse(result.contents[0].text)).toEqual(value);
  });

  it('sends URIs that several variables could share in many ways: each is answered', async () => {
    const { client } = await connect();
    const begun = cpuTime();
    for (const uri of [`paths://${'/'.repeat(8_000)}\n%00`, `days://${'1-'.repeat(4_000)}/`])
      expect((await client.call(1, 'resources/read', { uri }))['error']).toMatchObject({ code: -32002 });
    // It took 25 seconds to try each way.
    expect(cpuTime() - begun).toBeLessThan(3_000);
  });
});
