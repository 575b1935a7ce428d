import { expect, it } from '@jest/globals';
import type { Act } from '../fixtures/stage.js';
import { rpc } from '../clients/http-wire-client.js';
import { send, WireClient, type WireResponse } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { messagesUrlAt, nodesPerTest, type Node } from '../fixtures/nodes.js';

const perform = (id: unknown) => rpc(id, 'tools/call', { name: 'perform' });

describeOnAdapters('HTTP+SSE on two nodes', (adapter) => {
  const start = nodesPerTest(adapter);

  const connect = (node: Node) => WireClient.connect(`${node.url}/sse`);

  const postAt = async (node: Node, client: WireClient, message: unknown): Promise<WireResponse> =>
    send(await messagesUrlAt(node, client), {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(message),
    });

  const lastId = ({ events }: WireClient) => events.findLast(({ id }) => id !== undefined)!.id!;

  const resumeAt = (node: Node, client: WireClient) =>
    WireClient.open(`${node.url}/sse`, { 'last-event-id': lastId(client) });

  it('answers on the stream of one node what is posted to the other', async () => {
    const [one, other] = await start(2);
    const client = await connect(one!);
    expect(await postAt(other!, client, rpc('a', 'ping'))).toMatchObject({ status: 202 });
    expect(await client.answer('a')).toEqual({ jsonrpc: '2.0', id: 'a', result: {} });
    expect(await postAt(other!, client, perform('b'))).toMatchObject({ status: 202 });
    const act = await one!.stage.next();
    expect((act.context.request as { method: string }).method).toBe('POST');
    act.context.log.info('working');
    expect(await client.message()).toMatchObject({ params: { data: 'working' } });
    expect(await postAt(other!, client, perform('b'))).toMatchObject({ status: 400 });
    act.resolve('done');
    expect(await client.answer('b')).toMatchObject({ result: { content: [{ text: 'done' }] } });
    client.close();
  });

  it('resumes a lost stream on the other node, in order and without duplicates, while a call runs on', async () => {
    const [one, other] = await start(2);
    const client = await connect(one!);
    await client.post(perform('a'));
    const act = await one!.stage.next();
    act.context.log.info(1);
    await client.message();
    client.close();
    act.context.log.info(2);

    const again = await resumeAt(other!, client);
    expect(await again.sessionId()).toBe(await client.sessionId());
    expect(await again.message()).toMatchObject({ params: { data: 2 } });
    act.context.log.info(3);
    expect(await again.message()).toMatchObject({ params: { data: 3 } });
    act.resolve('done');
    expect(await again.answer('a')).toMatchObject({ result: { content: [{ text: 'done' }] } });
    expect(await again.callTool('b', 'nothing')).toHaveProperty('error');
    const ids = again.events.slice(1).map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    expect(one!.sessions.sessions).toMatchObject([{ attached: true }]);
    expect(other!.sessions.sessions).toEqual([]);
    again.close();
  });

  it('continues on the other node when one is killed, and reports its requests as lost exactly once', async () => {
    const [one, other] = await start(2);
    const client = await connect(one!);
    await client.initialize();
    await client.call('level', 'logging/setLevel', { level: 'error' });
    await client.post(perform('a'));
    await one!.stage.next();
    one!.crash();
    client.close();

    const again = await resumeAt(other!, client);
    const { error } = await again.answer('a');
    expect(error).toMatchObject({ code: -32000, data: { retryable: true } });
    expect(other!.events).toMatchObject([{ type: 'adopted', lost: 1 }]);
    await postAt(other!, again, perform('b'));
    const { context, resolve } = await other!.stage.next();
    expect(context.clientInfo).toEqual({ name: 'wire', version: '1' });
    context.log.info('too low');
    resolve('done');
    expect(await again.message()).toMatchObject({ id: 'b', result: { content: [{ text: 'done' }] } });
    again.close();
  });

  it('adopts the session for a POST, and the client resumes its stream on a third node', async () => {
    const [one, other, third] = await start(3);
    const client = await connect(one!);
    one!.crash();
    client.close();
    expect(await postAt(other!, client, perform('a'))).toMatchObject({ status: 202 });
    const act = await other!.stage.next();
    const again = await resumeAt(third!, client);
    act.resolve('done');
    expect(await again.answer('a')).toMatchObject({ result: { content: [{ text: 'done' }] } });
    again.close();
  });

  it('lets one node win when two adopt the session at once', async () => {
    const [one, ...others] = await start(3);
    const client = await connect(one!);
    one!.crash();
    client.close();
    const posts = await Promise.all(others.map((node, index) => postAt(node, client, rpc(index, 'ping'))));
    expect(posts.map(({ status }) => status)).toEqual([202, 202]);
    const again = await resumeAt(others[0]!, client);
    const answers = [await again.message(), await again.message()];
    expect(answers.map(({ id }) => id).toSorted()).toEqual([0, 1]);
    expect(others.map(({ sessions }) => sessions.sessions.length).toSorted()).toEqual([0, 1]);
    again.close();
  });

  it('keeps a stream on the other node open when the owner of its session is killed', async () => {
    const [one, other] = await start(2);
    const first = await connect(one!);
    await first.post(perform('a'));
    await one!.stage.next();
    const client = await resumeAt(other!, first);
    await client.endpoint();
    first.close();
    one!.crash();
    expect((await client.answer('a'))['error']).toMatchObject({ data: { retryable: true } });
    expect(other!.events).toMatchObject([{ type: 'adopted' }]);
    await postAt(other!, client, rpc('b', 'ping'));
    expect(await client.answer('b')).toHaveProperty('result');
    client.close();
  });

  it('hands the session to the other node on shutdown, and streams there continue', async () => {
    const [one, other] = await start(2);
    const first = await connect(one!);
    const client = await resumeAt(other!, first);
    await client.endpoint();
    await postAt(other!, client, perform('a'));
    const act: Act = await one!.stage.next();
    const closing = one!.close();
    expect((await client.answer('a'))['error']).toMatchObject({ code: -32000 });
    expect(act.context.signal.aborted).toBe(true);
    await closing;
    await postAt(other!, client, rpc('b', 'ping'));
    expect(await client.answer('b')).toHaveProperty('result');
    client.close();
  });

  it('serves a session only to its principal, on every node', async () => {
    const [one, other] = await start(2, { options: { principal: principalOfHeader, auth: 'app' } });
    const client = await WireClient.connect(`${one!.url}/sse`, { 'x-user': 'ada' });
    const post = async (user: string) =>
      send(await messagesUrlAt(other!, client), {
        headers: { 'content-type': 'application/json', 'x-user': user },
        body: JSON.stringify(rpc('a', 'ping')),
      });
    expect(await post('eve')).toMatchObject({ status: 404 });
    expect(await post('ada')).toMatchObject({ status: 202 });
    const foreign = await WireClient.open(`${other!.url}/sse`, {
      'x-user': 'eve',
      'last-event-id': lastId(client),
    });
    expect(await foreign.sessionId()).not.toBe(await client.sessionId());
    foreign.close();
    client.close();
  });

  it('reaches sessions on every node: notify, broadcast, subscriptions, close', async () => {
    const [one, other] = await start(2);
    const client = await connect(one!);
    const id = await client.sessionId();
    other!.sessions.notify(id, 'notifications/one');
    expect(await client.message()).toMatchObject({ method: 'notifications/one' });
    other!.sessions.broadcast('notifications/all', { a: 1 });
    expect(await client.message()).toMatchObject({ method: 'notifications/all', params: { a: 1 } });
    other!.sessions.broadcast('notifications/tenant', {}, { tenant: 'acme' });
    other!.sessions.close(id);
    await client.end();
    expect(client.events.filter(({ event }) => event === 'message')).toHaveLength(2);
    expect(await postAt(other!, client, rpc('a', 'ping'))).toMatchObject({ status: 404 });
  });

  it('reaches only the named tenant or subject on other nodes: broadcast, closeWhere', async () => {
    const [one, other] = await start(2, { options: { principal: principalOfHeader, auth: 'app' } });
    const of = (user: string, tenant?: string) =>
      WireClient.connect(`${one!.url}/sse`, { 'x-user': user, ...(tenant && { 'x-tenant': tenant }) });
    const [plain, acme] = [await of('ada'), await of('ada', 'acme')];
    other!.sessions.broadcast('notifications/a', {});
    other!.sessions.broadcast('notifications/b', {}, { subject: 'ada', tenant: undefined });
    other!.sessions.broadcast('notifications/c', {}, { tenant: 'acme' });
    other!.sessions.broadcast('notifications/d', {}, {});
    const methods = async (client: WireClient, count: number) => {
      const read: unknown[] = [];
      while (read.length < count) read.push((await client.message())['method']);
      return read;
    };
    expect(await methods(plain, 3)).toEqual(['notifications/a', 'notifications/b', 'notifications/d']);
    expect(await methods(acme, 2)).toEqual(['notifications/c', 'notifications/d']);
    other!.sessions.closeWhere({ subject: 'ada', tenant: undefined });
    await plain.end();
    expect(one!.sessions.sessions).toMatchObject([{ principal: { tenant: 'acme' } }]);
    acme.close();
  });
});

function principalOfHeader(request: unknown) {
  const { headers } = request as { headers: Record<string, string> };
  return { subject: headers['x-user']!, tenant: headers['x-tenant'], scopes: [], roles: [], claims: {} };
}
