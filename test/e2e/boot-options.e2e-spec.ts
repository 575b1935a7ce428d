import { afterEach, describe, expect, it } from '@jest/globals';
import { McpConfigurationError, type McpSseModuleOptions } from 'nestjs-mcp-sse';
import { appPerTest } from '../fixtures/app-per-test.js';
import { bootError, anError } from '../fixtures/boot-error.js';

const { start } = appPerTest();

describe('options that cannot work stop the boot and name themselves:', () => {
  it.each<[string, Partial<McpSseModuleOptions>, string[]]>([
    ['an sse.path with a wildcard', { sse: { path: 'a/*b' } }, ['"sse.path" is "a/*b"']],
    ['an empty sse.path', { sse: { path: '/' } }, ['"sse.path" is "/"']],
    ['an sse.path with a query', { sse: { path: 'sse?x=1' } }, ['"sse.path"']],
    ['a messagesPath with a space', { sse: { messagesPath: 'a b' } }, ['"sse.messagesPath" is "a b"']],
    ['equal paths', { sse: { path: '/mcp', messagesPath: 'mcp/' } }, ['are both "/mcp"']],
    [
      'a parameter that only messagesPath has',
      { sse: { path: ':tenant/sse', messagesPath: ':customer/messages' } },
      ['":customer"', '"sse.path"'],
    ],
    ['a publicUrl that is no URL', { publicUrl: 'example.com/api' }, ['"publicUrl" is "example.com/api"']],
    ['a publicUrl that is not http', { publicUrl: 'ftp://example.com' }, ['"publicUrl"']],
    [
      'a trusted proxy that is a name',
      { trustedProxies: ['localhost'] },
      ['"trustedProxies" has "localhost"'],
    ],
    ['a publicUrl without a scheme', { publicUrl: 'localhost:3000/api' }, ['"localhost:3000/api"']],
    ['a range that is too wide', { trustedProxies: ['10.0.0.0/33'] }, ['"10.0.0.0/33"']],
    ['a range without bits', { trustedProxies: ['10.0.0.0/'] }, ['"10.0.0.0/"']],
  ])('%s', async (_name, options, parts) => {
    expect(await bootError({ options })).toEqual(anError(McpConfigurationError, ...parts));
  });
});

describe('under NODE_ENV=production', () => {
  const { NODE_ENV } = process.env;

  afterEach(() => {
    if (NODE_ENV === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = NODE_ENV;
  });

  it('a module without authentication stops the boot', async () => {
    process.env['NODE_ENV'] = 'production';
    expect(await bootError({})).toEqual(
      anError(McpConfigurationError, 'no authentication', '"auth" or "guards"', "auth: 'app'"),
    );
  });

  it.each<[string, Partial<McpSseModuleOptions>]>([
    ["auth: 'app'", { auth: 'app' }],
    ['a guard', { guards: [{ canActivate: () => true }] }],
    ['API keys', { auth: { apiKey: { keys: [{ name: 'ada', key: 'secret' }] } } }],
  ])('a module with %s starts', async (_name, options) => {
    process.env['NODE_ENV'] = 'production';
    await expect(start({ options })).resolves.toBeDefined();
  });
});
