import { EventEmitter, once } from 'node:events';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import { expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { McpContext, McpCtx, McpRegistry, McpResource, McpTool } from 'nestjs-mcp-sse';
import { Subject, type Observable } from 'rxjs';
import { HttpWireClient, rpc } from '../clients/http-wire-client.js';
import { RawConnection } from '../clients/raw-connection.js';
import type { WireClient } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { httpClientAt, nodesPerTest, type Node } from '../fixtures/nodes.js';
import { until } from '../fixtures/session-work.js';
import { carried } from '../fixtures/stage.js';

/** The parts that each node has for itself. */
@Injectable()
class Features {
  readonly changes = new Subject<string>();

  @McpResource({ uri: 'news://today' })
  news(): Observable<string> {
    return this.changes;
  }

  @McpTool()
  async ask(@McpCtx() context: McpContext): Promise<string> {
    const { content } = await context.elicit({
      message: '?',
      requestedSchema: { type: 'object', properties: {} },
    });
    return JSON.stringify(content);
  }
}

describeOnAdapters('Streamable HTTP on two nodes', (adapter) => {
  const start = nodesPerTest(adapter);

  async function connect(options?: Parameters<typeof start>[1], capabilities = {}) {
    const [one, other, third] = await start(3, { ...options, providers: [Features] });
    const client = await HttpWireClient.connect(`${one!.url}/mcp`, { capabilities });
    return { one: one!, other: other!, third: third!, client, atOther: httpClientAt(other!, client) };
  }

  /** A call whose response is a stream, after one log message (`0`). */
  async function streamAt(client: HttpWireClient, worker: Node, id: unknown = 'a') {
    const opening = client.streamTool(id, 'perform');
    const act = await worker.stage.next();
    act.context.log.info(0);
    const stream = await opening;
    await stream.message();
    return [stream, act] as const;
  }

  const lastId = ({ events }: WireClient) => events.findLast(({ id }) => id !== undefined)!.id!;

  it('answers quick requests with JSON and slow ones with a stream, on either node', async () => {
    const { one, atOther } = await connect();
    expect(await atOther.call('a', 'ping')).toEqual({ jsonrpc: '2.0', id: 'a', result: {} });
    const [stream, act] = await streamAt(atOther, one);
    act.context.log.info(1);
    act.resolve('done');
    expect(await carried(stream)).toEqual([0, 1, 'done']);
    expect(stream.events[0]).toMatchObject({ data: '' });
    const notified = await atOther.post({ jsonrpc: '2.0', method: 'notifications/initialized' });
    expect(notified.status).toBe(202);
  });

  it('upgrades a response to a stream after upgradeMs', async () => {
    const { one, atOther } = await connect({ options: { http: { upgradeMs: 10 } } });
    const opening = atOther.streamTool('a', 'perform');
    const act = await one.stage.next();
    const stream = await opening;
    act.resolve('done');
    expect(await carried(stream)).toEqual(['done']);
  });

  it('refuses ids in use and too many requests on every node', async () => {
    const { one, client, atOther } = await connect({ options: { limits: { maxInFlight: 1 } } });
    const [stream] = await streamAt(client, one);
    expect(await atOther.post(rpc('a', 'ping'))).toMatchObject({ status: 400 });
    expect(await atOther.post(rpc('b', 'ping'))).toMatchObject({ status: 429 });
    stream.close();
  });

  it('resumes the lost stream of a POST on any node, in order and without duplicates', async () => {
    const { one, client, atOther, third } = await connect();
    const [stream, act] = await streamAt(client, one);
    stream.close();
    act.context.log.info(1);
    const again = await atOther.open(lastId(stream));
    expect(await again.message()).toMatchObject({ params: { data: 1 } });
    act.context.log.info(2);
    expect(await again.message()).toMatchObject({ params: { data: 2 } });
    const elsewhere = await httpClientAt(third, client).open(lastId(again));
    await again.end();
    act.context.log.info(3);
    act.resolve('done');
    expect(await carried(elsewhere)).toEqual([3, 'done']);
    expect(await atOther.post('', {})).toMatchObject({ status: 400 });
    expect((await atOther.open(lastId(elsewhere))).response.statusCode).toBe(400);
    expect(await carried(await atOther.open(lastId(stream)))).toEqual([1, 2, 3, 'done']);
  });

  it('reads no stream for a client that left before the owner took its call', async () => {
    const gate = new EventEmitter();
    let isShut = false;
    const contextFactory = async () => {
      if (isShut) await Promise.all([once(gate, 'open'), gate.emit('held')]);
      return {};
    };
    const { one, other, client, atOther } = await connect({ options: { contextFactory } });
    isShut = true;
    const held = once(gate, 'held');
    const arrived = once(other.app.getHttpServer() as Server, 'request');
    const connection = await RawConnection.open(other.port);
    const body = JSON.stringify(rpc('a', 'tools/call', { name: 'perform' }));
    const headers = Object.entries({ ...client.headers, accept: 'application/json, text/event-stream' });
    await connection.post(
      '/mcp',
      ...headers.map(([name, value]) => `${name}: ${value}`),
      `content-length: ${body.length}`,
    );
    await connection.write(body);
    const [, response] = (await arrived) as [IncomingMessage, ServerResponse];
    await held;
    connection.close();
    await once(response, 'close');
    isShut = false;
    gate.emit('open');
    const { context, resolve } = await one.stage.next();
    // Comes after the other node has asked for the stream of the call.
    await atOther.call('b', 'ping');
    await until(() => !context.session!.attached);
    expect(context.signal.aborted).toBe(false);
    resolve('done');
  });

  it('reports the requests of a killed node as lost, on the resumed stream', async () => {
    const { one, other, client, atOther } = await connect();
    const [stream] = await streamAt(client, one);
    one.crash();
    stream.close();
    const again = await atOther.open(lastId(stream));
    const { error } = await again.answer('a');
    expect(error).toMatchObject({ code: -32000, data: { retryable: true } });
    await again.end();
    expect(other.events).toMatchObject([{ type: 'adopted', lost: 1 }]);
    expect(await atOther.call('b', 'ping')).toHaveProperty('result');
    const [next, act] = await streamAt(atOther, other, 'c');
    act.resolve('done');
    expect(await carried(next)).toEqual([0, 'done']);
    expect(lastId(next).split('.')[1]).not.toBe(lastId(stream).split('.')[1]);
  });

  it('answers a relayed POST with an error when the node that handles it is killed', async () => {
    const { one, atOther } = await connect();
    const [stream] = await streamAt(atOther, one);
    one.crash();
    expect((await stream.answer('a'))['error']).toMatchObject({ data: { retryable: true } });
    await stream.end();
  });

  it('sends messages that belong to no request to the node with the GET stream', async () => {
    const { one, client, atOther } = await connect();
    one.sessions.notify(client.sessionId, 'notifications/early');
    const stream = await atOther.open();
    expect(await stream.message()).toMatchObject({ method: 'notifications/early' });
    one.sessions.notify(client.sessionId, 'notifications/now');
    expect(await stream.message()).toMatchObject({ method: 'notifications/now' });
    const replacing = await client.open();
    await stream.end();
    replacing.close();
  });

  it('accepts responses, cancellations and the end of the session on any node', async () => {
    const { one, client, atOther } = await connect({}, { elicitation: {} });
    const stream = await client.streamTool('a', 'ask');
    const { id } = await stream.message();
    const answer = { jsonrpc: '2.0', id, result: { action: 'accept', content: { yes: true } } };
    expect(await atOther.post(answer)).toMatchObject({ status: 202 });
    expect(await stream.answer('a')).toMatchObject({ result: { content: [{ text: '{"yes":true}' }] } });

    const [cancelled, act] = await streamAt(client, one, 'b');
    await atOther.cancel('b');
    await cancelled.end();
    expect(act.context.signal.aborted).toBe(true);

    expect(await atOther.delete()).toMatchObject({ status: 200 });
    expect(await client.post(rpc('c', 'ping'))).toMatchObject({ status: 404 });
    expect(await atOther.post(rpc('c', 'ping'))).toMatchObject({ status: 404 });
  });

  it('adopts a session even if contextFactory fails without a request', async () => {
    const contextFactory = (request: unknown) => {
      if (!(request as { method?: string }).method) throw new Error('no request');
      return {};
    };
    const { one, client, atOther } = await connect({ options: { contextFactory } });
    await client.call('sub', 'resources/subscribe', { uri: 'news://today' });
    one.crash();
    const stream = await atOther.open();
    expect(await atOther.call('a', 'ping')).toHaveProperty('result');
    stream.close();
  });

  it.each<[string, (client: HttpWireClient) => Promise<unknown>]>([
    ['has ended', (client) => client.delete()],
    ['has unsubscribed', (client) => client.call('un', 'resources/unsubscribe', { uri: 'news://today' })],
  ])('watches nothing for a client that %s before it was to be watched again', async (_, leave) => {
    const gate = new EventEmitter();
    const contextFactory = async (request: unknown) => {
      // No request has come where a resource is watched again.
      if (!(request as { method?: string }).method)
        await Promise.all([once(gate, 'open'), gate.emit('held')]);
      return {};
    };
    const { one, other, client, atOther } = await connect({ options: { contextFactory } });
    await client.call('sub', 'resources/subscribe', { uri: 'news://today' });
    one.crash();
    const held = once(gate, 'held');
    await atOther.call('a', 'ping');
    await held;
    await leave(atOther);
    gate.emit('open');
    await HttpWireClient.connect(`${other.url}/mcp`);
    expect(other.app.get(Features).changes.observed).toBe(false);
  });

  it('restores the version, capabilities, log level, live subscriptions and request ids', async () => {
    const { one, other, client, atOther } = await connect({}, { elicitation: {} });
    await client.call('level', 'logging/setLevel', { level: 'error' });
    await client.call('sub', 'resources/subscribe', { uri: 'news://today' });
    const asked = await client.streamTool('q', 'ask');
    const first = await asked.message();
    one.crash();
    asked.close();
    const stream = await atOther.open();
    await atOther.call('a', 'ping');
    other.app.get(Features).changes.next('news');
    expect(await stream.message()).toMatchObject({ params: { uri: 'news://today' } });
    const opening = atOther.streamTool('b', 'perform');
    const { context, resolve } = await other.stage.next();
    context.log.info('too low');
    context.log.error('heard');
    expect(context.protocolVersion).toBe('2025-11-25');
    const answer = await opening;
    expect(await answer.message()).toMatchObject({ params: { data: 'heard' } });
    resolve('done');
    const second = await (await atOther.streamTool('q2', 'ask')).message();
    expect(second['id']).toBeGreaterThan(first['id'] as number);
    stream.close();
  });

  it('continues on other nodes when one shuts down', async () => {
    const { one, other, client, atOther } = await connect();
    const stream = await atOther.open();
    await stream.next();
    await one.close();
    expect(await atOther.call('a', 'ping')).toHaveProperty('result');
    other.sessions.notify(client.sessionId, 'notifications/now');
    expect(await stream.message()).toMatchObject({ method: 'notifications/now' });
    stream.close();
  });

  it('notifies a client on another node that a list of its session has changed', async () => {
    const { one, atOther } = await connect();
    const stream = await atOther.open();
    await stream.next();
    one.app.get(McpRegistry).addTool({ name: 'new' }, () => 'new');
    expect(await stream.message()).toMatchObject({ method: 'notifications/tools/list_changed' });
    stream.close();
  });
});
