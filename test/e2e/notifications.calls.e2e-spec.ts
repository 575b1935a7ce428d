import { describe, expect, it } from '@jest/globals';
import { setImmediate } from 'node:timers/promises';
import { connectSdkClient } from '../clients/sdk-client.js';
import { WireClient } from '../clients/wire-client.js';
import { LEVELS, notificationsOf, notification, settle, runApp } from '../fixtures/notifications.js';

describe('log messages', () => {
  const server = runApp();
  const levelsOf = (client: WireClient) =>
    notificationsOf(client, 'notifications/message').map(({ level }) => level as string);

  it('are sent at every level before the client says which, ahead of the answer', async () => {
    const client = await server.connect();
    await client.callTool(1, 'logAll');
    expect(notificationsOf(client, 'notifications/message')).toEqual(
      LEVELS.map((level) => ({ level, logger: `${level}-logger`, data: { level } })),
    );
  });

  it.each(LEVELS.map((level, index) => [level, LEVELS.slice(index)] as const))(
    'are sent from the level that the client sets: %s',
    async (level, expected) => {
      const [client, other] = [await server.connect(), await server.connect()];
      expect(await client.call(1, 'logging/setLevel', { level })).toEqual({
        jsonrpc: '2.0',
        id: 1,
        result: {},
      });
      await client.callTool(2, 'logAll');
      await other.callTool(2, 'logAll');
      expect(levelsOf(client)).toEqual(expected);
      expect(levelsOf(other)).toEqual(LEVELS);
    },
  );

  it.each([{ level: 'loud' }, { level: 'INFO' }, { level: 3 }, { level: null }, {}])(
    'keep their level if the client sets an unknown one: %j',
    async (params) => {
      const client = await server.connect();
      await client.call(1, 'logging/setLevel', { level: 'alert' });
      expect(await client.call(2, 'logging/setLevel', params)).toMatchObject({ error: { code: -32602 } });
      await client.callTool(3, 'logAll');
      expect(levelsOf(client)).toEqual(['alert', 'emergency']);
    },
  );
});

describe('progress', () => {
  const server = runApp();
  const METHOD = 'notifications/progress';
  const call = async (client: WireClient, id: unknown, name: string, progressToken: unknown) => {
    const { result } = await client.call(id, 'tools/call', { name, _meta: { progressToken } });
    return result as Record<string, unknown>;
  };

  it.each(['token', '', 0, 7, -1])(
    'is sent with the token of the request, and only grows: %j',
    async (progressToken) => {
      const client = await server.connect();
      expect(await call(client, 1, 'work', progressToken)).toMatchObject({ content: [{ text: 'worked' }] });
      expect(notificationsOf(client, METHOD)).toEqual([
        ...[1, 2, 2.5, 3].map((done) => ({
          progressToken,
          progress: done,
          total: 3,
          message: `step ${done}`,
        })),
        { progressToken, progress: 4 },
      ]);
    },
  );

  it.each([undefined, null, {}, true])('is not sent where the token is %j', async (progressToken) => {
    const client = await server.connect();
    expect(await call(client, 1, 'work', progressToken)).toMatchObject({ content: [{ text: 'worked' }] });
    expect(await client.callTool(2, 'observed')).toHaveProperty('result');
    expect(notificationsOf(client, METHOD)).toEqual([]);
  });

  it('comes from an Observable, whose last value is the result', async () => {
    const client = await server.connect();
    expect(await call(client, 1, 'observed', 'a')).toMatchObject({ structuredContent: { done: true } });
    expect(notificationsOf(client, METHOD)).toEqual(
      [1, 2, 3].map((done) => ({ progressToken: 'a', progress: done, total: 3 })),
    );
  });

  it('comes from an async generator, whose last value is the result', async () => {
    const client = await server.connect();
    expect(await call(client, 1, 'generated', 'a')).toMatchObject({ content: [{ text: 'done' }] });
    expect(notificationsOf(client, METHOD)).toEqual([
      { progressToken: 'a', progress: 1, total: 2, message: 'half' },
      { progressToken: 'a', progress: 2, total: 2 },
    ]);
  });

  it('is kept apart for two concurrent calls', async () => {
    const client = await server.connect();
    for (const id of ['a', 'b'])
      await client.post({
        jsonrpc: '2.0',
        id,
        method: 'tools/call',
        params: { name: 'observed', _meta: { progressToken: id } },
      });
    for (let answers = 0; answers < 2; answers++)
      await client.next(({ data }) => /"id":"[ab]"/.test(data ?? ''));
    for (const token of ['a', 'b']) {
      const own = notificationsOf(client, METHOD).filter(({ progressToken }) => progressToken === token);
      expect(own.map(({ progress: done }) => done as number)).toEqual([1, 2, 3]);
    }
  });

  it('is not sent after the answer, nor is any other message of the call', async () => {
    const client = await server.connect();
    await call(client, 1, 'keep', 'a');
    server.features.speakLate();
    await settle(client);
    expect(notificationsOf(client, METHOD)).toEqual([]);
    expect(notificationsOf(client, 'notifications/message')).toEqual([]);
    expect(notificationsOf(client, 'notifications/late')).toEqual([]);
  });
});

describe('cancelling a request', () => {
  const server = runApp();

  const begin = async (client: WireClient, method: string, params: object, signOfLife: string) => {
    await client.post({
      jsonrpc: '2.0',
      id: 1,
      method,
      params: { ...params, _meta: { progressToken: 'token' } },
    });
    await notification(client, signOfLife);
  };
  const cancel = (client: WireClient, requestId: unknown, reason?: string) =>
    client.post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId, reason } });
  const messageCount = (client: WireClient) =>
    client.events.filter(({ event }) => event === 'message').length;

  it('aborts its signal with the reason, and sends nothing more of it', async () => {
    const client = await server.connect();
    await begin(client, 'tools/call', { name: 'waitForAbort' }, 'notifications/message');
    expect((await cancel(client, 1, 'no longer needed')).status).toBe(202);
    expect(server.features.ends).toEqual(['aborted: no longer needed']);
    await settle(client);
    expect(messageCount(client)).toBe(2);
  });

  it.each([
    ['unsubscribes from an Observable', 'tools/call', { name: 'observeForEver' }, 'unsubscribed'],
    ['returns from an async generator', 'tools/call', { name: 'generateForEver' }, 'returned'],
    ['aborts the read of a resource', 'resources/read', { uri: 'endless://7' }, 'resource 7 aborted'],
    ['aborts a prompt', 'prompts/get', { name: 'endlessPrompt' }, 'prompt aborted'],
  ])('%s', async (_what, method, params, end) => {
    const client = await server.connect();
    await begin(client, method, params, 'notifications/progress');
    const session = server.running.sessions.get(await client.sessionId())!;
    expect(session.inFlight).toBe(1);
    await cancel(client, 1);
    expect(session.inFlight).toBe(0);
    while (server.features.ends.length === 0) await setImmediate();
    expect(server.features.ends).toEqual([end]);
    await settle(client);
    const count = messageCount(client);
    await settle(client);
    expect(messageCount(client)).toBe(count + 1);
    expect(client.events.filter(({ data }) => data?.includes('"id":1,'))).toEqual([]);
  });

  it('ignores requests that are answered, unknown or of another session', async () => {
    const [client, other] = [await server.connect(), await server.connect()];
    expect(await client.callTool(2, 'greet', { name: 'Ada' })).toHaveProperty('result');
    await begin(client, 'tools/call', { name: 'waitForAbort' }, 'notifications/message');
    for (const [canceller, id] of [
      [client, 2],
      [client, '1'],
      [other, 1],
    ] as const)
      expect((await cancel(canceller, id)).status).toBe(202);
    await settle(client, other);
    expect(server.features.ends).toEqual([]);
    await cancel(client, 1);
    expect(server.features.ends).toHaveLength(1);
  });

  it('stops the call of the SDK client', async () => {
    const client = await connectSdkClient(`${server.running.url}/sse`);
    const abort = new AbortController();
    const called = client.callTool({ name: 'pulled' }, undefined, {
      signal: abort.signal,
      onprogress: () => abort.abort('enough'),
    });
    await expect(called).rejects.toThrow('enough');
    const [session] = server.running.sessions.sessions;
    while (session!.inFlight > 0) await setImmediate();
    await expect(client.ping()).resolves.toEqual({});
    await client.close();
  });

  it('happens when the session is closed: the call is aborted, and answered by an error', async () => {
    const client = await server.connect();
    await begin(client, 'tools/call', { name: 'generateForEver' }, 'notifications/progress');
    server.running.sessions.close(await client.sessionId());
    expect(await client.answer(1)).toMatchObject({ error: { code: -32000 } });
    await client.end();
    while (server.features.ends.length === 0) await setImmediate();
    expect(server.features.ends).toEqual(['returned']);
  });
});
