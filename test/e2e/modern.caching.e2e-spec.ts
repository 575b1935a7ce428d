import { afterEach, expect, it } from '@jest/globals';
import { Injectable, UseGuards } from '@nestjs/common';
import {
  McpContext,
  McpCtx,
  McpPrompt,
  McpPublic,
  McpRegistry,
  McpResource,
  McpRoles,
  McpTool,
  McpUriParam,
  type McpCacheHint,
} from 'nestjs-mcp-sse';
import { HttpWireClient } from '../clients/http-wire-client.js';
import { ModernWireClient } from '../clients/modern-wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { startApp, type AppFixture, type RunningApp } from '../fixtures/start-app.js';
import { TestPolicy } from '../fixtures/test.policy.js';

const LISTS = ['tools/list', 'resources/list', 'resources/templates/list', 'prompts/list'] as const;
const HOUR: McpCacheHint = { ttlMs: 3_600_000, scope: 'public' };
const PRIVATE_HOUR: McpCacheHint = { ttlMs: 3_600_000, scope: 'private' };
const STALE: McpCacheHint = { ttlMs: 0, scope: 'private' };
const KEYS = [{ name: 'ada', key: 'a-key-of-the-caching-tests', roles: ['staff'] }];

const allow = { canActivate: () => true };

@Injectable()
class Shop {
  @McpTool()
  buy(): string {
    return 'bought';
  }

  @McpPrompt()
  ask(): string {
    return 'Ask';
  }

  @McpResource({ uri: 'shop://opening' })
  opening(): string {
    return '9 to 5';
  }

  @McpResource({ uri: 'shop://prices/{product}' })
  price(@McpUriParam('product') product: string): string {
    return `${product}: 3`;
  }
}

@Injectable()
class Cached {
  @McpPublic()
  @McpResource({ uri: 'cached://terms', cache: { ttlMs: 60_000, scope: 'public' } })
  terms(): string {
    return 'No refunds';
  }

  @McpResource({ uri: 'cached://orders/{id}', cache: { ttlMs: 5, scope: 'private' } })
  order(@McpUriParam('id') id: string): string {
    return `order ${id}`;
  }
}

@Injectable()
class Guarded {
  @UseGuards(allow)
  @McpResource({ uri: 'guarded://one' })
  one(): string {
    return 'one';
  }
}

@Injectable()
class StaffOnly {
  @McpTool()
  @McpRoles('staff')
  refund(): string {
    return 'refunded';
  }

  @McpResource({ uri: 'staff://rota' })
  @McpRoles('staff')
  rota(): string {
    return 'Ada';
  }
}

@Injectable()
class Asking {
  @McpResource({ uri: 'asking://size', cache: HOUR })
  async size(@McpCtx() ctx: McpContext): Promise<string> {
    const { content } = await ctx.elicit({
      message: 'Which size?',
      requestedSchema: { type: 'object', properties: { size: { type: 'string' } } },
    });
    return String(content?.['size']);
  }
}

/** The hint of a result. */
function hintOf({ result }: Record<string, any>): McpCacheHint {
  return { ttlMs: result.ttlMs, scope: result.cacheScope };
}

describeOnAdapters('the hints of caching in revision 2026-07-28', (adapter) => {
  const running: RunningApp[] = [];

  async function start(fixture: AppFixture): Promise<RunningApp> {
    const app = await startApp({ adapter, ...fixture });
    running.push(app);
    return app;
  }

  const clientOf = ({ url }: RunningApp, headers = {}) => new ModernWireClient(`${url}/mcp`, headers);

  async function hintsOf(client: ModernWireClient, uris: readonly string[]) {
    const lists = [];
    for (const method of LISTS) lists.push(hintOf(await client.call(method)));
    const reads = [];
    for (const uri of uris) reads.push(hintOf(await client.call('resources/read', { uri })));
    return { discover: hintOf(await client.call('server/discover')), lists, reads };
  }

  afterEach(() => Promise.all(running.splice(0).map((app) => app.close())));

  it('say by default that nothing is fresh or shared', async () => {
    const client = clientOf(await start({ providers: [Shop] }));
    expect(await hintsOf(client, ['shop://opening', 'shop://prices/tea'])).toEqual({
      discover: STALE,
      lists: Array(4).fill(STALE),
      reads: [STALE, STALE],
    });
  });

  it("are the module's for server/discover, lists and reads, and a resource's own for its reads", async () => {
    const app = await start({ providers: [Shop, Cached, Guarded], options: { cache: HOUR } });
    app.app
      .get(McpRegistry)
      .addResource({ name: 'late', uri: 'late://one', cache: { ttlMs: 7, scope: 'public' } }, () => 'late');
    const uris = ['shop://opening', 'shop://prices/tea', 'cached://terms', 'cached://orders/7', 'late://one'];
    expect(await hintsOf(clientOf(app), [...uris, 'guarded://one'])).toEqual({
      discover: HOUR,
      lists: Array(4).fill(HOUR),
      reads: [
        HOUR,
        HOUR,
        { ttlMs: 60_000, scope: 'public' },
        { ttlMs: 5, scope: 'private' },
        { ttlMs: 7, scope: 'public' },
        PRIVATE_HOUR,
      ],
    });
  });

  it('are private where requests are authenticated, but for equal lists and what is marked public', async () => {
    const app = await start({
      providers: [Shop, Cached],
      options: { cache: HOUR, auth: { apiKey: { keys: KEYS } } },
    });
    const client = clientOf(app, { 'x-api-key': KEYS[0]!.key });
    app.app
      .get(McpRegistry)
      .addResource({ name: 'late', uri: 'late://one', public: true, cache: HOUR }, () => 'late');
    expect(await hintsOf(client, ['shop://opening', 'cached://terms', 'late://one'])).toEqual({
      discover: HOUR,
      lists: Array(4).fill(HOUR),
      reads: [PRIVATE_HOUR, { ttlMs: 60_000, scope: 'public' }, HOUR],
    });
  });

  it('are private for lists that roles or scopes filter, for everyone and on each page', async () => {
    const app = await start({
      providers: [Shop, StaffOnly],
      options: { cache: HOUR, limits: { pageSize: 1 }, auth: { apiKey: { keys: KEYS } } },
    });
    const staff = clientOf(app, { 'x-api-key': KEYS[0]!.key });
    const first = await staff.call('tools/list');
    const second = await staff.call('tools/list', { cursor: first['result'].nextCursor });
    expect([first, second].map(hintOf)).toEqual([PRIVATE_HOUR, PRIVATE_HOUR]);
    expect((await hintsOf(staff, ['staff://rota'])).reads).toEqual([PRIVATE_HOUR]);
    expect((await hintsOf(staff, [])).lists).toEqual([PRIVATE_HOUR, PRIVATE_HOUR, HOUR, HOUR]);
    const registry = app.app.get(McpRegistry);
    registry.addPrompt({ name: 'secret', scopes: ['secret'] }, () => 'secret');
    expect(hintOf(await staff.call('prompts/list'))).toEqual(PRIVATE_HOUR);
    registry.removePrompt('secret');
    expect(hintOf(await staff.call('prompts/list'))).toEqual(HOUR);
  });

  it('are private for all that a policy decides', async () => {
    const app = await start({
      providers: [Shop, Cached],
      options: { cache: HOUR, policy: new TestPolicy() },
    });
    expect(await hintsOf(clientOf(app), ['shop://opening', 'cached://terms'])).toEqual({
      discover: HOUR,
      lists: Array(4).fill(PRIVATE_HOUR),
      reads: [PRIVATE_HOUR, { ttlMs: 60_000, scope: 'public' }],
    });
  });

  it('are those of the list that is sent, also if it changes while the policy decides', async () => {
    let decide = (_accepted: boolean) => {};
    const policy = new TestPolicy();
    const app = await start({ options: { cache: HOUR, policy } });
    const registry = app.app.get(McpRegistry);
    registry.addTool({ name: 'open', public: true }, () => '');
    registry.addTool({ name: 'secret' }, () => '');
    const isAsked = new Promise<void>((resolve) => {
      policy.decide = () => {
        resolve();
        return new Promise<boolean>((done) => (decide = done));
      };
    });
    const answer = clientOf(app).call('tools/list');
    await isAsked;
    registry.removeTool('secret');
    decide(true);
    expect((await answer)['result'].tools).toHaveLength(2);
    expect(hintOf(await answer)).toEqual(PRIVATE_HOUR);
    expect(hintOf(await clientOf(app).call('tools/list'))).toEqual(HOUR);
  });

  it('are not on calls, errors and questions, and allow nothing once the user has answered', async () => {
    const client = clientOf(await start({ providers: [Shop, Asking], options: { cache: HOUR } }));
    const ask = (params: object) =>
      client.call('resources/read', {
        uri: 'asking://size',
        _meta: { 'io.modelcontextprotocol/clientCapabilities': { elicitation: {} } },
        ...params,
      });
    const question = await ask({});
    expect(question['result'].resultType).toBe('input_required');
    const others = [
      question,
      await client.callTool('buy'),
      await client.call('prompts/get', { name: 'ask' }),
      await client.call('resources/read', { uri: 'no://such' }),
    ];
    for (const other of others) expect(JSON.stringify(other)).not.toMatch(/ttlMs|cacheScope/);
    const { inputRequests, requestState } = question['result'];
    const inputResponses = Object.fromEntries(
      Object.keys(inputRequests).map((key) => [key, { action: 'accept', content: { size: 'L' } }]),
    );
    const answer = await ask({ inputResponses, requestState });
    expect(answer['result'].contents).toMatchObject([{ text: 'L' }]);
    expect(hintOf(answer)).toEqual(STALE);
  });

  it('are not told to clients of earlier revisions', async () => {
    const { url } = await start({ providers: [Shop], options: { cache: HOUR } });
    const client = await HttpWireClient.connect(`${url}/mcp`);
    for (const method of LISTS)
      expect(JSON.stringify(await client.call(method, method))).not.toMatch(/ttlMs|cacheScope/);
    expect(await client.call('read', 'resources/read', { uri: 'shop://opening' })).toMatchObject({
      result: { contents: [{ text: '9 to 5' }] },
    });
  });
});
