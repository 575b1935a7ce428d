import { once } from 'node:events';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Redis } from 'ioredis';
import { McpResource, McpUriParam } from 'nestjs-mcp-sse';
import { redisCluster } from 'nestjs-mcp-sse/redis';
import { HttpWireClient, rpc } from '../clients/http-wire-client.js';
import { send, WireClient } from '../clients/wire-client.js';
import { describeWithRedis } from '../fixtures/cluster-backends.js';
import { startRedisServer, type RedisServer } from '../fixtures/redis-server.js';
import { startApp, type AppFixture, type RunningApp } from '../fixtures/start-app.js';

const SECRET = 'nobody-else-should-have-this';
const JSON_TYPE = { 'content-type': 'application/json' };

/** Leaves with the user what it has from a login elsewhere. */
@Injectable()
class LoginGuard implements CanActivate {
  canActivate(context: ExecutionContext): boolean {
    const user = { sub: 'ada', accessToken: SECRET, account: { passwordHash: SECRET, plan: 'free' } };
    context.switchToHttp().getRequest<{ user: unknown }>().user = user;
    return true;
  }
}

@Injectable()
class Notes {
  @McpResource({ uri: 'notes://{name}' })
  note(@McpUriParam('name') name: string): string {
    return name;
  }
}

describeWithRedis('the attacker who', () => {
  let redis: RedisServer;
  let inspector: Redis;
  let app: RunningApp;

  beforeEach(async () => {
    redis = await startRedisServer();
    inspector = new Redis(redis.url);
  }, 60_000);

  afterEach(async () => {
    await app.close();
    inspector.disconnect();
    await redis.stop();
  }, 60_000);

  const start = async (options: AppFixture['options'] = {}) => {
    app = await startApp({ options: { ...options, cluster: redisCluster({ url: redis.url }) } });
  };

  async function stored(): Promise<string> {
    const keys = await inspector.keys('*');
    const values = await Promise.all(
      keys.map(async (key) => {
        const type = await inspector.type(key);
        if (type === 'hash') return inspector.hgetall(key);
        return type === 'stream' ? inspector.xrange(key, '-', '+') : inspector.get(key);
      }),
    );
    return JSON.stringify([keys, values]);
  }

  /** By all that Redis was sent. */
  async function receivedBytes(): Promise<number> {
    return Number(/total_net_input_bytes:(\d+)/.exec(await inspector.info('stats'))![1]);
  }

  it.each<[how: string, options: AppFixture['options'], headers: Record<string, string>]>([
    [
      'by keys in a header of any name',
      { auth: { apiKey: { keys: [{ name: 'ada', key: SECRET }], header: 'X-Partner' } } },
      { 'x-partner': SECRET },
    ],
    [
      'by what a guard leaves in the user',
      { guards: [LoginGuard] },
      { authorization: `Bearer ${SECRET}`, cookie: `sid=${SECRET}` },
    ],
    [
      'by headers of gateways whose names nobody here knows',
      { guards: [LoginGuard] },
      { 'x-jwt': SECRET, 'x-amzn-oidc-data': SECRET, 'x-credential': SECRET, 'x-forwarded-user': SECRET },
    ],
  ])('reads all of Redis finds nothing to be somebody else with: %s', async (_, options, headers) => {
    await start(options);
    const sse = await WireClient.connect(`${app.url}/sse`, headers);
    expect(await sse.call('a', 'ping')).toHaveProperty('result');
    const http = await HttpWireClient.connect(`${app.url}/mcp`, { headers });
    await http.open();
    const text = await stored();
    expect(text).toContain('"subject\\":\\"ada\\"');
    expect(text).toContain(http.sessionId);
    expect(text).not.toContain(SECRET);
    sse.close();
  });

  it('finds only the query parameters that the options name', async () => {
    await start({ guards: [LoginGuard], sse: { endpointQuery: ['workspace'] } });
    for (const path of ['sse', 'mcp']) {
      const stream = await WireClient.connect(
        `${app.url}/${path}?access_token=${SECRET}&workspace=of-${path}`,
      );
      expect(await stream.call('a', 'ping')).toHaveProperty('result');
      expect(await stored()).toContain(`of-${path}`);
      stream.close();
    }
    expect(await stored()).not.toContain(SECRET);
  });

  it('listens to messages between nodes about a stream: they contain only storable headers', async () => {
    const options = { guards: [LoginGuard], stored: { headers: ['X-Region'], claims: ['account'] } };
    await start(options);
    const other = await startApp({
      options: { ...options, cluster: redisCluster({ url: redis.url }) },
    });
    const listener = new Redis(redis.url);
    const heard: string[] = [];
    await listener.psubscribe('mcp:*');
    listener.on('pmessage', (_pattern: string, _channel: string, text: string) => heard.push(text));
    const client = await HttpWireClient.connect(`${app.url}/mcp`, { headers: { 'x-region': 'eu' } });
    const elsewhere = new HttpWireClient(`${other.url}/mcp`, {
      ...client.headers,
      'x-region': 'eu',
      'x-jwt': `${SECRET}-jwt`,
    });
    const stream = await elsewhere.open();
    const attached = heard.filter((text) => text.includes('"type":"attach"'));
    expect(attached).toHaveLength(1);
    expect(attached[0]).not.toContain(`${SECRET}-jwt`);
    // What is stored can be more, where an option says so.
    const text = await stored();
    expect(text).toContain('\\"x-region\\":\\"eu\\"');
    expect(text).toContain('\\"plan\\":\\"free\\"');
    stream.close();
    listener.disconnect();
    await other.close();
  });

  it('changes small parts of a large session: only the changes are written to Redis', async () => {
    await start({ http: { graceMs: 3_600_000 } });
    const capabilities = { experimental: { a: { text: 'x'.repeat(15_000) } } };
    const client = await HttpWireClient.connect(`${app.url}/mcp`, { capabilities });
    const levels = ['debug', 'info', 'notice', 'warning', 'error', 'critical', 'alert', 'emergency'];
    const before = await receivedBytes();
    for (let round = 0; round < 5; round++)
      for (const level of levels) await client.call(level, 'logging/setLevel', { level });
    const each = ((await receivedBytes()) - before) / (5 * levels.length);
    // A script and its keys, the level, and what the node says of itself in the meantime.
    expect(each).toBeLessThan(2_000);
    const [key] = await inspector.keys('*:session');
    expect(await inspector.hget(key!, 'record.state.logLevel')).toBe('"emergency"');
    expect(await inspector.hget(key!, 'record.state.clientCapabilities')).toBe(JSON.stringify(capabilities));
  });

  it('subscribes to many resources in turn: each is written to Redis once', async () => {
    const uri = (count: number) => `notes://${'x'.repeat(1_000)}${count}`;
    app = await startApp({
      providers: [Notes],
      options: { cluster: redisCluster({ url: redis.url }) },
    });
    const client = await HttpWireClient.connect(`${app.url}/mcp`);
    const before = await receivedBytes();
    for (let count = 0; count < 50; count++)
      await client.call(count, 'resources/subscribe', { uri: uri(count) });
    expect((await receivedBytes()) - before).toBeLessThan(50 * 4_000);
    await client.call(50, 'resources/unsubscribe', { uri: uri(7) });
    const [key] = await inspector.keys('*:session');
    const names = Object.keys(await inspector.hgetall(key!)).filter((name) => name.includes('subscription'));
    expect(names).toHaveLength(49);
  });

  it('sends a session id that is a name or pattern of keys: no key is looked for', async () => {
    await start();
    const client = await WireClient.connect(`${app.url}/sse`);
    const id = await client.sessionId();
    const monitor = await inspector.monitor();
    const found: string[] = [];
    monitor.on('monitor', (_time: string, [command, key]: string[], source: string) => {
      if (command === 'hgetall' && source !== 'lua') found.push(key!);
    });
    for (const forged of ['*', '?'.repeat(22), `{${id}}:session`, `${id}}:session`, `${id}\r\nFLUSHALL`]) {
      const url = `${app.url}/messages?sessionId=${encodeURIComponent(forged)}`;
      expect((await send(url, { headers: JSON_TYPE, body: JSON.stringify(rpc(1, 'ping')) })).status).toBe(
        404,
      );
      const headers = { 'mcp-session-id': forged.replaceAll(/\s/g, ' ') };
      const http = new HttpWireClient(`${app.url}/mcp`, headers);
      expect((await http.post(rpc(1, 'ping'))).status).toBe(404);
      expect((await http.delete()).status).toBe(404);
      const resumed = await WireClient.open(`${app.url}/sse`, {
        'last-event-id': `${headers['mcp-session-id']}.1`,
      });
      expect(await resumed.sessionId()).not.toBe(id);
      resumed.close();
    }
    // One that could be one is looked for.
    const unknown = 'A'.repeat(22);
    const last = new HttpWireClient(`${app.url}/mcp`, { 'mcp-session-id': unknown });
    expect((await last.post(rpc(1, 'ping'))).status).toBe(404);
    while (!found.at(-1)?.includes(unknown)) await once(monitor, 'monitor');
    expect(found).toEqual([`mcp:test:{${unknown}}:session`]);
    monitor.disconnect();
    client.close();
  });
});
