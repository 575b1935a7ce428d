import { describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import {
  McpConfigurationError,
  McpPolicy,
  McpPublic,
  McpRegistry,
  McpRoles,
  McpScopes,
  McpTool,
  type McpSseModuleOptions,
} from 'nestjs-mcp-sse';
import { HttpWireClient, rpc } from '../clients/http-wire-client.js';
import { send, WireClient, type WireResponse } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { appPerTest } from '../fixtures/app-per-test.js';
import { HeaderUserGuard, userHeaders } from '../fixtures/header-user.guard.js';
import { Vault } from '../fixtures/vault.js';

const CHALLENGE = /^Bearer error="insufficient_scope", scope="vault:open vault:move"/;
const STAFF = userHeaders('ada', ['staff']);
const ENTITLED = userHeaders('ada', ['staff'], 'vault:open vault:move');
const OPEN = rpc(1, 'tools/call', { name: 'open' });

const withGuard = { providers: [Vault], options: { guards: [HeaderUserGuard] } };

function expectChallenge({ status, headers, body }: WireResponse, id: unknown = 1): void {
  expect(status).toBe(403);
  expect(headers['www-authenticate']).toMatch(CHALLENGE);
  expect(JSON.parse(body)).toEqual({
    jsonrpc: '2.0',
    error: { code: -32000, message: expect.stringContaining('vault:open vault:move') },
    id,
  });
}

describeOnAdapters('authorization', (adapter) => {
  const { start } = appPerTest(adapter);

  it('answers 403 with the scopes before the 202, and the session goes on with a better token', async () => {
    const { app, url } = await start(withGuard);
    const client = await WireClient.connect(`${url}/sse`, STAFF);
    expectChallenge(await client.post(OPEN));
    expect((await client.call('next', 'ping'))['result']).toEqual({});
    expect(client.events.filter(({ event }) => event === 'message')).toHaveLength(1);
    expect(app.get(Vault).runs).toEqual([]);
    expect((await client.post(OPEN, ENTITLED)).status).toBe(202);
    expect((await client.answer(1))['result'].content[0].text).toBe('open');
    client.close();
  });

  it('takes a broader scope for the narrower ones that it includes, in lists and in calls', async () => {
    const oauth = {
      authorizationServers: ['https://login.example'],
      scopeHierarchy: { 'vault:all': ['vault:use'], 'vault:use': ['vault:open', 'vault:move'] },
    };
    const { url } = await start({ ...withGuard, options: { ...withGuard.options, oauth } });
    const headers = userHeaders('ada', ['staff'], 'vault:all');
    const client = await HttpWireClient.connect(`${url}/mcp`, { headers });
    expect(JSON.stringify(await client.call(2, 'tools/list'))).toContain('"name":"open"');
    expect((await client.post(OPEN)).body).toContain('"text":"open"');
    expectChallenge(await client.post(OPEN, STAFF));
    const circle = { ...oauth, scopeHierarchy: { a: ['b'], b: ['a'] } };
    const starting = start({ ...withGuard, options: { ...withGuard.options, oauth: circle } });
    await expect(starting).rejects.toThrow(/has a circle/);
  });

  it('answers 403 with the scopes over Streamable HTTP, and the session goes on with a better token', async () => {
    const { app, url } = await start(withGuard);
    const client = await HttpWireClient.connect(`${url}/mcp`, { headers: STAFF });
    expectChallenge(await client.post(OPEN));
    expect(app.get(Vault).runs).toEqual([]);
    expect((await client.post(OPEN, ENTITLED)).body).toContain('"text":"open"');
  });

  it('answers 403 to a batch with a call whose scopes are missing, and runs none of it', async () => {
    const { app, url } = await start(withGuard);
    const client = await HttpWireClient.connect(`${url}/mcp`, { headers: STAFF, version: '2025-03-26' });
    expectChallenge(await client.post([rpc(2, 'tools/call', { name: 'look' }), OPEN]), null);
    expect(app.get(Vault).runs).toEqual([]);
  });

  it('leaves no session after a refused POST in stateless mode', async () => {
    const options = { ...withGuard.options, http: { stateless: true } };
    const { url, sessions } = await start({ ...withGuard, options });
    expectChallenge(await new HttpWireClient(`${url}/mcp`, STAFF).post(OPEN));
    expect(sessions.sessions).toEqual([]);
  });

  it('refuses an id that another request has taken while the policy was asked', async () => {
    let release = () => {};
    const held = new Promise<void>((resolve) => (release = resolve));
    let asked = () => {};
    const twice = new Promise<void>((resolve) => (asked = resolve));
    let times = 0;
    class SlowPolicy extends McpPolicy {
      async canAccess(): Promise<boolean> {
        if (++times === 2) asked();
        await held;
        return true;
      }
    }
    const { url } = await start({
      ...withGuard,
      options: { ...withGuard.options, policy: new SlowPolicy() },
    });
    const client = await WireClient.connect(`${url}/sse`, ENTITLED);
    const posts = [client.post(OPEN), client.post(OPEN)];
    await twice;
    release();
    expect((await Promise.all(posts)).map(({ status }) => status).toSorted()).toEqual([202, 400]);
    client.close();
  });

  it('still requires authentication when something is public', async () => {
    const { url } = await start({
      providers: [Vault],
      options: { auth: { apiKey: { keys: [{ name: 'a', key: 'k' }] } } },
    });
    const headers = { 'content-type': 'application/json', accept: 'application/json, text/event-stream' };
    const body = JSON.stringify(rpc(1, 'tools/call', { name: 'hello' }));
    expect((await send(`${url}/sse`, { method: 'GET' })).status).toBe(401);
    expect((await send(`${url}/mcp`, { headers, body })).status).toBe(401);
    expect((await send(`${url}/messages?sessionId=any`, { headers, body })).status).toBe(401);
  });

  it('shows public features to clients that a guard lets in without authentication', async () => {
    class NobodyPolicy extends McpPolicy {
      canAccess(): boolean {
        return false;
      }
    }
    const { url } = await start({ ...withGuard, options: { ...withGuard.options, policy: NobodyPolicy } });
    const client = await HttpWireClient.connect(`${url}/mcp`);
    const { tools } = (await client.call(1, 'tools/list'))['result'];
    expect(tools).toMatchObject([{ name: 'hello' }]);
    expect((await client.call(2, 'tools/call', { name: 'hello' }))['result'].content[0].text).toBe('hello');
  });

  it('does not reveal access rules to clients', async () => {
    const { url } = await start(withGuard);
    const client = await HttpWireClient.connect(`${url}/mcp`, {
      headers: userHeaders('ada', ['admin'], 'vault:open vault:move'),
    });
    for (const method of ['tools/list', 'resources/list', 'resources/templates/list', 'prompts/list'])
      expect(JSON.stringify(await client.call(1, method))).not.toMatch(/access|kind|roles|scopes|admin/);
  });

  it('announces a change to those who see it, by the roles of their newest message', async () => {
    const { app, url } = await start(withGuard);
    const staff = await WireClient.connect(`${url}/sse`, STAFF);
    const admin = await WireClient.connect(`${url}/sse`, userHeaders('eve', ['admin']));
    const registry = app.get(McpRegistry);
    const toldOf = async (client: WireClient, ...headers: Record<string, string>[]) => {
      await client.post(rpc('settle', 'ping'), ...headers);
      await client.answer('settle');
      const messages = client.events
        .filter(({ event }) => event === 'message')
        .map(({ data }) => JSON.parse(data!));
      return messages.filter(({ method }) => method).map(({ method }) => method as string);
    };
    registry.addTool({ name: 'for-admins', roles: ['admin'] }, () => '');
    registry.addResource({ name: 'secret', uri: 'secret://one', roles: ['admin'] }, () => '');
    registry.addPrompt({ name: 'secret', scopes: ['never'] }, () => '');
    const [tools, resources] = ['notifications/tools/list_changed', 'notifications/resources/list_changed'];
    expect(await toldOf(admin)).toEqual([tools, resources]);
    expect(await toldOf(staff)).toEqual([]);

    expect(await toldOf(staff, userHeaders('ada', ['admin']))).toEqual([]);
    registry.removeTool('for-admins');
    expect(await toldOf(staff)).toEqual([tools]);
    expect(await toldOf(admin)).toEqual([tools, resources, tools]);
    for (const client of [staff, admin]) client.close();
  });
});

describe('who may use what', () => {
  const { start } = appPerTest();

  const toolsFor = async (provider: new () => object, headers: Record<string, string>) => {
    const { url } = await start({ ...withGuard, providers: [provider] });
    const client = await HttpWireClient.connect(`${url}/mcp`, { headers });
    const { tools } = (await client.call(1, 'tools/list'))['result'];
    return (tools as { name: string }[]).map(({ name }) => name);
  };

  @McpRoles('staff')
  @McpScopes('read')
  class Staff {
    @McpTool()
    inherits(): void {}

    @McpTool()
    @McpScopes('write')
    ownScope(): void {}

    @McpRoles('admin')
    @McpTool()
    ownRole(): void {}

    @McpTool()
    @McpPublic()
    open(): void {}
  }

  @McpPublic()
  class Lobby {
    @McpTool()
    inherits(): void {}

    @McpTool()
    @McpRoles('staff')
    ownRole(): void {}
  }

  class Heir extends Staff {
    @McpTool()
    override ownScope(): void {}
  }

  it.each<[what: string, provider: new () => object, roles: string[], scope: string, tools: string[]]>([
    ['a class is for each method', Staff, ['staff'], 'read', ['inherits', 'open']],
    [
      'a method goes before its class, decorator by decorator',
      Staff,
      ['staff'],
      'write',
      ['ownScope', 'open'],
    ],
    ['an own role leaves the scopes of the class', Staff, ['admin'], 'read', ['ownRole', 'open']],
    ['a public class has methods that are not', Lobby, [], '', ['inherits']],
    ['an own role is needed in a public class', Lobby, ['staff'], '', ['inherits', 'ownRole']],
    ['an heir needs what its ancestor does', Heir, ['staff'], 'read', ['inherits', 'open']],
    ['an heir needs what the method of its ancestor does', Heir, ['staff'], 'write', ['ownScope', 'open']],
  ])('is said by decorators: %s', async (_, provider, roles, scope, tools) => {
    expect((await toolsFor(provider, userHeaders('ada', roles, scope))).toSorted()).toEqual(tools.toSorted());
  });

  it('survives another decorator that replaces the method', async () => {
    const Replaced: MethodDecorator = (_target, _key, descriptor) => {
      descriptor.value = (() => 'replaced') as never;
    };
    class Wrapped {
      @McpTool()
      @Replaced
      @McpRoles('staff')
      act(): void {}
    }
    expect(await toolsFor(Wrapped, userHeaders('ada'))).toEqual([]);
    expect(await toolsFor(Wrapped, userHeaders('ada', ['staff']))).toEqual(['act']);
  });

  it.each<[decorators: MethodDecorator[], options: Partial<McpSseModuleOptions>, message: RegExp]>([
    [[McpScopes('two words')], {}, /Confused\.act: "two words" is not a scope/],
    [[McpScopes('quo"te')], {}, /"quo\\"te" is not a scope/],
    [[McpScopes('line\r\nbreak')], {}, /is not a scope/],
    [
      [McpScopes(...([] as unknown as [string]))],
      {},
      /Confused\.act needs scopes or roles, but none is named/,
    ],
    [[McpRoles('')], {}, /Confused\.act needs scopes or roles, but none is named/],
    [[McpPublic(), McpRoles('admin')], {}, /Confused\.act is public, and yet needs/],
    [[McpTool({ timeoutMs: 0 })], {}, /"timeoutMs" of Confused\.act.* is 0/],
    [[McpTool({ timeoutMs: Infinity })], {}, /"timeoutMs" of Confused\.act.* is Infinity/],
    [[], { limits: { handlerMs: -1 } }, /"limits\.handlerMs" is -1/],
  ])('stops the boot when it makes no sense: %#', async (decorators, options, message) => {
    @Injectable()
    class Confused {
      @McpTool()
      act(): void {}
    }
    for (const decorate of decorators)
      decorate(Confused.prototype, 'act', Object.getOwnPropertyDescriptor(Confused.prototype, 'act')!);
    const booting = start({ providers: [Confused], options });
    await expect(booting).rejects.toThrow(message);
    await expect(booting).rejects.toBeInstanceOf(McpConfigurationError);
  });
});
