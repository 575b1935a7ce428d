import { describe, expect, it } from '@jest/globals';
import { Injectable, UseGuards, type Type } from '@nestjs/common';
import {
  McpConfigurationError,
  McpPublic,
  McpRegistry,
  McpResource,
  McpRoles,
  McpScopes,
  type McpAccessOptions,
  type McpCacheHint,
  type McpSseModuleOptions,
} from 'nestjs-mcp-sse';
import { appPerTest } from '../fixtures/app-per-test.js';
import { anError, bootError } from '../fixtures/boot-error.js';
import { TestPolicy } from '../fixtures/test.policy.js';

const PUBLIC: McpCacheHint = { ttlMs: 60_000, scope: 'public' };
const POLICY = { policy: new TestPolicy() };
const KEYS = { auth: { apiKey: { keys: [{ name: 'ada', key: 'a-key-of-the-caching-tests' }] } } };

const allow = { canActivate: () => true };
const nothing: MethodDecorator & ClassDecorator = () => undefined;

const { start } = appPerTest();

/** A provider whose resource is cached in that way. */
function provider(
  cache: McpCacheHint,
  ofMethod: MethodDecorator = nothing,
  ofClass: ClassDecorator = nothing,
): Type {
  @Injectable()
  @ofClass
  class Terms {
    @ofMethod
    @McpResource({ uri: 'shop://terms', cache })
    read(): string {
      return 'No refunds';
    }
  }
  return Terms;
}

describe('a cache that cannot work stops the boot and names itself:', () => {
  it.each<[string, NonNullable<McpSseModuleOptions['cache']>, string[]]>([
    ['a negative ttlMs', { ttlMs: -1 }, ['"cache" of McpSseModule', '"ttlMs" -1', 'from 0 on']],
    ['a fraction', { ttlMs: 0.5 }, ['"ttlMs" 0.5']],
    ['no number', { ttlMs: '60' as never }, ['"ttlMs" 60']],
    ['infinity', { ttlMs: Infinity }, ['"ttlMs" Infinity']],
    ['an unknown scope', { scope: 'shared' as never }, ['"scope" "shared"', '"public" or "private"']],
  ])('of the module, %s', async (_name, cache, parts) => {
    expect(await bootError({ options: { cache } })).toEqual(anError(McpConfigurationError, ...parts));
  });

  it.each<[string, McpCacheHint, string[]]>([
    ['a negative ttlMs', { ttlMs: -1, scope: 'private' }, ['"cache" of Terms.read', '"ttlMs" -1']],
    ['no ttlMs', { scope: 'private' } as never, ['"ttlMs" undefined']],
    ['no scope', { ttlMs: 1 } as never, ['"scope" undefined']],
  ])('of a resource, %s', async (_name, cache, parts) => {
    expect(await bootError({ providers: [provider(cache)] })).toEqual(
      anError(McpConfigurationError, ...parts),
    );
  });
});

describe('a resource that is public for caches stops the boot', () => {
  it.each<[string, Partial<McpSseModuleOptions>, Type, string]>([
    ['if it needs a role', {}, provider(PUBLIC, McpRoles('staff')), 'it needs scopes or roles'],
    ['if it needs a scope', {}, provider(PUBLIC, McpScopes('read')), 'it needs scopes or roles'],
    [
      'if its class needs a role',
      {},
      provider(PUBLIC, nothing, McpRoles('staff')),
      'it needs scopes or roles',
    ],
    ['if a policy decides', POLICY, provider(PUBLIC), 'a policy decides who may read it'],
    ['if requests are authenticated', KEYS, provider(PUBLIC), 'requests are authenticated'],
    ['if the application authenticates', { auth: 'app' }, provider(PUBLIC), 'requests are authenticated'],
    ['if a guard authenticates', { guards: [allow] }, provider(PUBLIC), 'requests are authenticated'],
    [
      'if callers are told apart without a guard',
      { principal: () => ({ subject: 'ada', scopes: [], roles: [] }) as never },
      provider(PUBLIC),
      '"principal" tells callers apart',
    ],
    ['if a guard of its method decides', {}, provider(PUBLIC, UseGuards(allow)), 'a guard decides'],
    ['if a guard of its class decides', {}, provider(PUBLIC, nothing, UseGuards(allow)), 'a guard decides'],
  ])('%s', async (_name, options, Terms, reason) => {
    expect(await bootError({ options, providers: [Terms] })).toEqual(
      anError(McpConfigurationError, '"cache" of Terms.read', reason, 'Use "private"', '@McpPublic()'),
    );
  });

  it.each<[string, Partial<McpSseModuleOptions>, MethodDecorator]>([
    ['nothing tells callers apart', {}, nothing],
    ['it is marked public under a policy', POLICY, McpPublic()],
    ['it is marked public, and requests are authenticated', KEYS, McpPublic()],
  ])('but not if %s', async (_name, options, ofMethod) => {
    await expect(start({ options, providers: [provider(PUBLIC, ofMethod)] })).resolves.toBeDefined();
  });

  it('and is refused while the application runs', async () => {
    const { app } = await start({ options: KEYS });
    const add = (access: McpAccessOptions) =>
      app
        .get(McpRegistry)
        .addResource({ name: 'terms', uri: 'shop://terms', cache: PUBLIC, ...access }, () => 'No refunds');
    expect(() => add({})).toThrow(/"cache" of addResource\("shop:\/\/terms"\).*"public" of addResource\(\)/);
    expect(() => add({ public: true, roles: ['staff'] })).toThrow(McpConfigurationError);
    expect(() => add({ public: true })).not.toThrow();
  });
});

it('a default that is public does not stop the boot: what tells callers apart stays private', async () => {
  const options = { ...POLICY, ...KEYS, cache: PUBLIC };
  await expect(
    start({ options, providers: [provider({ ttlMs: 1, scope: 'private' })] }),
  ).resolves.toBeDefined();
});
