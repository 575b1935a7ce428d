import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import {
  McpConfigurationError,
  memoryCluster,
  type McpJwtOptions,
  type McpSseModuleOptions,
} from 'nestjs-mcp-sse';
import { redisCluster, type RedisClusterOptions } from 'nestjs-mcp-sse/redis';
import { appPerTest } from '../fixtures/app-per-test.js';
import { bootError, anError } from '../fixtures/boot-error.js';
import { Greeter } from '../fixtures/greeter.js';
import { MemoryLog } from '../fixtures/memory-log.js';

const { start } = appPerTest();

const KEY = randomBytes(32).toString('base64');

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
    [
      'no key in input.keys',
      { input: { keys: [] } },
      ['"input.keys" is empty', 'Leave it out', 'openssl rand'],
    ],
    [
      'a short key',
      { input: { keys: [KEY, 'x'.repeat(31)] } },
      ['at least 32 characters', 'element 1 has 31'],
    ],
    [
      'a key that is no text',
      { input: { keys: [42 as never] } },
      ['"input.keys"', 'element 0 is not a string'],
    ],
    ['keys that are no list', { input: { keys: KEY as never } }, ['"input.keys" must be an array']],
    ['a key that is given twice', { input: { keys: [KEY, KEY] } }, ['"input.keys" contains a key twice']],
    ['a time to answer of 0', { input: { ttlMs: 0 } }, ['"input.ttlMs" is 0', 'whole number above 0']],
    ['half a byte of state', { input: { maxStateBytes: 0.5 } }, ['"input.maxStateBytes" is 0.5']],
    ['endless rounds', { input: { maxRounds: Infinity } }, ['"input.maxRounds" is Infinity']],
    [
      'a text for singleUse',
      { input: { singleUse: 'no' as never } },
      ['"input.singleUse" is no', 'true or false'],
    ],
    ['tasks for half a second', { tasks: { ttlMs: 0.5 } }, ['"tasks.ttlMs" is 0.5', 'whole number above 0']],
    ['tasks for years', { tasks: { ttlMs: 1e11 } }, ['"tasks.ttlMs" is 100000000000', '24 days']],
    ['no tasks for anyone', { tasks: { maxPerPrincipal: 0 } }, ['"tasks.maxPerPrincipal" is 0']],
    [
      'a limit of results that is no number',
      { limits: { maxResultBytes: NaN } },
      ['"limits.maxResultBytes" is NaN'],
    ],
    ['half a byte of a read', { limits: { maxReadBytes: 0.5 } }, ['"limits.maxReadBytes" is 0.5']],
    ['results for no time', { results: { ttlMs: 0 } }, ['"results.ttlMs" is 0', 'whole number above 0']],
    ['a store that is none', { tasks: { store: {} as never } }, ['"tasks.store" is no store of tasks']],
    ['a runner that is none', { tasks: { runner: {} as never } }, ['"tasks.runner" executes no tasks']],
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

  const random = randomBytes(32).toString('base64');
  const jwt = (options: McpJwtOptions) => ({ auth: { jwt: { audience: 'orders', ...options } } });

  it.each<[string, Partial<McpSseModuleOptions>, string[]]>([
    [
      'a secret of one letter',
      jwt({ secretOrKey: 'a'.repeat(64) }),
      ['"auth.jwt.secretOrKey"', 'openssl rand'],
    ],
    ['a secret of few letters', jwt({ secretOrKey: 'abcabcd'.repeat(8) }), ['"auth.jwt.secretOrKey"']],
    [
      'a secret that repeats a word',
      jwt({ secretOrKey: '0123456789abcdef'.repeat(4) }),
      ['"auth.jwt.secretOrKey" repeats itself'],
    ],
    [
      'a secret that is shorter than its hash',
      jwt({ secretOrKey: random, algorithms: ['HS512'] }),
      ['"auth.jwt.secretOrKey" has 44 bytes, fewer than the 64 of the hash'],
    ],
    [
      'every address as a proxy',
      { trustedProxies: ['10.0.0.1', '0.0.0.0/0'] },
      ['"trustedProxies" has "0.0.0.0/0"'],
    ],
    [
      'every IPv6 address as a proxy',
      { trustedProxies: ['::/0'] },
      ['"trustedProxies" has "::/0"', '10.1.2.0/24'],
    ],
    [
      'a key of few letters',
      { input: { keys: [KEY, 'abcd'.repeat(16)] } },
      ['"input.keys" has a key that repeats itself', 'openssl rand'],
    ],
    ['half of all addresses as proxies', { trustedProxies: ['128.0.0.0/1'] }, ['"128.0.0.0/1"']],
    ['every IPv4 address as IPv6', { trustedProxies: ['::ffff:0.0.0.0/96'] }, ['"::ffff:0.0.0.0/96"']],
  ])('%s stops the boot, and elsewhere warns', async (_name, options, parts) => {
    const guarded = { auth: 'app', ...options } as const;
    expect(await warnings(guarded)).toEqual([expect.stringContaining(parts[0]!)]);
    process.env['NODE_ENV'] = 'production';
    expect(await bootError({ options: guarded })).toEqual(anError(McpConfigurationError, ...parts));
  });

  it.each<[string, Partial<McpSseModuleOptions>]>([
    ['a random secret', jwt({ secretOrKey: random })],
    ['a long secret in hex', jwt({ secretOrKey: randomBytes(64).toString('hex'), algorithms: ['HS512'] })],
    ['a sentence as secret', jwt({ secretOrKey: 'a secret of at least thirty-two bytes' })],
    ['private networks as proxies', { auth: 'app', trustedProxies: ['10.0.0.0/8', 'fc00::/7', '::1'] }],
    ['mapped private networks as proxies', { auth: 'app', trustedProxies: ['::ffff:10.0.0.0/104'] }],
  ])('%s is no reason to warn', async (_name, options) => {
    process.env['NODE_ENV'] = 'production';
    expect(await warnings(options)).toEqual([]);
  });

  it('an API key of few letters warns', async () => {
    process.env['NODE_ENV'] = 'production';
    const auth = { apiKey: { keys: [{ name: 'ada', key: 'secret' }] } };
    expect(await warnings({ auth })).toEqual([expect.stringContaining('The key of "ada"')]);
  });
});

describe('the key that protects questions to clients', () => {
  const { NODE_ENV } = process.env;

  afterEach(() => {
    if (NODE_ENV === undefined) delete process.env['NODE_ENV'];
    else process.env['NODE_ENV'] = NODE_ENV;
  });

  it('warns in production if each process has its own', async () => {
    expect(await warnings({ auth: 'app', input: {} })).toEqual([]);
    process.env['NODE_ENV'] = 'production';
    expect(await warnings({ auth: 'app', input: {} })).toEqual([
      expect.stringMatching(/"input\.keys".*this process has a key of its own.*load balancer/),
    ]);
    expect(await warnings({ auth: 'app', input: {}, cluster: memoryCluster() })).toEqual([]);
    const protocol = { modern: false };
    expect(await warnings({ auth: 'app', input: {}, protocol })).toEqual([]);
  });

  it('warns if states are to be used once, and only one process remembers them', async () => {
    const input = { keys: [KEY], singleUse: true };
    expect(await warnings({ auth: 'app', input })).toEqual([
      expect.stringMatching(/"input\.singleUse" without "cluster".*Set "cluster"/),
    ]);
    expect(await warnings({ auth: 'app', input, cluster: memoryCluster() })).toEqual([]);
    expect(await warnings({ auth: 'app', input: { singleUse: true } })).toEqual([]);
  });

  it('is told to nobody: no error and no line of the log has it', async () => {
    const secret = 'abcd'.repeat(16);
    const log = await warnings({ auth: 'app', input: { keys: [secret], singleUse: true } });
    expect(log.join()).not.toContain('abcd');
    const input = { keys: [`${KEY}-a`, 'abcd'] };
    expect((await bootError({ options: { input } })).message).not.toMatch(`abcd|${KEY.slice(0, 8)}`);
  });
});

describe('Redis without a password', () => {
  it.each<[string, RedisClusterOptions]>([
    ['by its URL', { url: 'redis://redis.internal:6379' }],
    ['with a user alone', { url: 'redis://orders@redis.internal:6379' }],
    ['by TLS', { url: 'rediss://redis.internal:6379' }],
    ['by its host', { options: { host: 'redis.internal' } }],
    ['of several nodes', { nodes: [{ host: '127.0.0.1' }, { host: 'redis.internal' }] }],
    ['of several URLs', { nodes: ['redis://redis.internal:6379'] }],
  ])('on another machine, %s, warns', (_name, options) => {
    expect(redisCluster(options).weakness).toMatch(/^Redis \(.*\) has no password: .*Set one/);
  });

  it.each<[string, RedisClusterOptions]>([
    ['on this machine', { url: 'redis://127.0.0.1:6379' }],
    ['on this machine, by IPv6', { url: 'redis://[::1]:6379' }],
    ['on this machine, unless said', {}],
    ['on a socket', { url: '/run/redis.sock' }],
  ])('%s is no reason to warn', (_name, options) => {
    expect(redisCluster(options).weakness).toBeUndefined();
  });

  it.each<[string, RedisClusterOptions]>([
    ['in the URL', { url: 'rediss://:secret@redis.internal:6379' }],
    ['in the options', { url: 'redis://redis.internal:6379', options: { password: 'secret' } }],
    [
      'for every node',
      { nodes: ['redis.internal'], clusterOptions: { redisOptions: { password: 'secret' } } },
    ],
  ])('is not missed where it stands %s', (_name, options) => {
    expect(redisCluster(options).weakness).toBeUndefined();
  });

  it('is told in the log at boot, without what stands before the host', async () => {
    const cluster = {
      ...memoryCluster(),
      weakness: redisCluster({ url: 'redis://ada@redis.internal' }).weakness,
    };
    const [warning] = await warnings({ auth: 'app', cluster });
    expect(warning).toContain('Redis (redis.internal)');
    expect(warning).not.toContain('ada');
  });
});

/** What the log warns of when an application with a tool starts, that drains when it is stopped. */
async function warnings(options: Partial<McpSseModuleOptions>): Promise<string[]> {
  const log = new MemoryLog();
  await start({
    providers: [Greeter],
    options: { input: { keys: [KEY] }, ...options },
    configure: (app) => app.enableShutdownHooks().useLogger(log),
  });
  return log.lines.filter((line) => line.startsWith('warn'));
}
