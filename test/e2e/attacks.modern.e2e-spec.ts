import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import {
  McpContext,
  McpCtx,
  McpPolicy,
  McpResource,
  McpScopes,
  McpSessionService,
  McpTool,
  serveStdio,
  type McpDefinition,
  type McpPrincipal,
} from 'nestjs-mcp-sse';
import { StatelessRequests } from '../../libs/mcp-sse/src/stateless/stateless-requests.js';
import { ModernListener } from '../clients/modern-listener.js';
import { mirroringHeaders, modernRpc, postModern, type Message } from '../clients/modern-wire-client.js';
import { RawConnection, rawPost } from '../clients/raw-connection.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { appPerTest } from '../fixtures/app-per-test.js';
import { connections as connectionsOf, until } from '../fixtures/session-work.js';
import { startApp, testModule, type RunningApp } from '../fixtures/start-app.js';
import { UserGuard } from '../fixtures/user.guard.js';

const MIB = 1024 * 1024;
const FORM = { type: 'object' as const, properties: {} };
const ACCEPTED = { action: 'accept', content: {} };

@Injectable()
class Vault {
  readonly served: string[] = [];

  @McpTool({ input: { type: 'object' } })
  async open(_args: object, ctx: McpContext): Promise<string> {
    const tenant = await ctx.once('tenant', () => ctx.params['tenant'] ?? 'none');
    await ctx.elicit({ message: 'Sure?', requestedSchema: FORM });
    this.served.push(tenant);
    return tenant;
  }

  @McpTool({ maxBytes: 32 * MIB })
  large(): string {
    this.served.push('large');
    return 'x'.repeat(16 * MIB);
  }

  /** Sends as much as may wait, and is not done. */
  @McpTool()
  async shout(@McpCtx() { log, signal }: McpContext): Promise<void> {
    for (let sent = 0; sent < 12; sent++) {
      log.info('x'.repeat(MIB));
      await setImmediate();
    }
    if (!signal.aborted) await once(signal, 'abort');
  }

  @McpTool()
  @McpScopes('admin')
  govern(): string {
    return 'governed';
  }

  @McpTool()
  hang(@McpCtx() { signal }: McpContext): Promise<string> {
    return new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
  }

  @McpResource({ uri: 'vault://slow' })
  slow(): Promise<never> {
    return new Promise(() => undefined);
  }
}

/** Decides when the test lets it. */
@Injectable()
class SlowPolicy extends McpPolicy {
  asked = 0;
  private readonly waiting: (() => void)[] = [];

  canAccess(_principal: McpPrincipal, _definition: McpDefinition): Promise<boolean> {
    this.asked++;
    return new Promise((resolve) => this.waiting.push(() => resolve(true)));
  }

  decide(): void {
    for (const decided of this.waiting.splice(0)) decided();
  }
}

const logged = (message: Message): Message => {
  message['params']['_meta']['io.modelcontextprotocol/logLevel'] = 'info';
  return message;
};
const tool = (name: string, more: object = {}) =>
  modernRpc(1, 'tools/call', { name, arguments: {}, ...more }, { elicitation: {} });
const as = (user: string) => ({ 'x-user': user });
const requestsOf = ({ app }: RunningApp) => app.get(StatelessRequests);

/** A request as it goes over a raw connection. */
const raw = (body: Message, headers: Readonly<Record<string, string>> = {}) =>
  rawPost(body, { ...mirroringHeaders(body), ...headers });

describeOnAdapters('the attacker without a session', (adapter) => {
  const { start } = appPerTest(adapter);

  it('pipelines streams and calls, and leaves: none of them stays open', async () => {
    const running = await start({ providers: [Vault] });
    const requests = requestsOf(running);
    const listen = raw(modernRpc(1, 'subscriptions/listen', { notifications: { toolsListChanged: true } }));
    const hang = raw(modernRpc(2, 'tools/call', { name: 'hang', arguments: {} }));
    const connection = await RawConnection.open(running.port);
    await connection.write(listen + listen + hang + hang);
    await until(() => requests.inFlight === 4);
    connection.close();
    await until(() => requests.inFlight === 0);
    expect(requests.listens.size).toBe(0);
    await until(() => running.sessions.memory.bytes === 0);
  });

  it('does not read large answers: their memory is its own, and nobody else is cut for it', async () => {
    const limits = { maxBytes: 4 * MIB, maxSessions: 10 };
    const running = await start({
      providers: [Vault],
      options: { auth: 'app', guards: [UserGuard], limits },
    });
    const { memory } = running.sessions;
    let isCut = false;
    const bystander = memory.open('bystander', { trim: () => undefined, cut: () => (isCut = true) });
    bystander.add(MIB);
    const large = raw(modernRpc(1, 'tools/call', { name: 'large', arguments: {} }), as('mallory'));
    const connections: RawConnection[] = [];
    for (let count = 0; count < 3; count++) {
      const connection = await RawConnection.open(running.port);
      connection.pause();
      await connection.write(large);
      connections.push(connection);
    }
    const { served } = running.app.get(Vault);
    await until(() => served.length === 3 && requestsOf(running).inFlight === 0);
    const discovered = await postModern(running.url, modernRpc(1, 'server/discover'), as('ada'));
    expect(discovered.status).toBe(200);
    expect([isCut, memory.bytes < limits.maxBytes]).toEqual([false, true]);
    for (const connection of connections) connection.close();
    await until(() => memory.bytes === MIB);
  });

  it.each(['large', 'shout'])('does not read what %s sends: the server stops nonetheless', async (name) => {
    const running = await startApp({ adapter, providers: [Vault] });
    const connection = await RawConnection.open(running.port);
    connection.pause();
    await connection.write(raw(logged(modernRpc(1, 'tools/call', { name, arguments: {} }))));
    await until(() => running.sessions.memory.bytes > 2 * MIB);
    await running.close();
    expect(requestsOf(running).inFlight).toBe(0);
    connection.close();
  });

  it('is refused after a long decision: it gets its answer, though comments kept the connection alive', async () => {
    const options = {
      auth: 'app' as const,
      guards: [UserGuard],
      policy: SlowPolicy,
    };
    const running = await start({ providers: [Vault, SlowPolicy], options });
    const answer = postModern(running.url, tool('govern'), as('ada'));
    const policy = running.app.get(SlowPolicy);
    await until(() => policy.asked > 0);
    const [request] = (requestsOf(running) as unknown as { open: Set<{ keepAlive(): void }> }).open;
    for (let beat = 0; beat < 3; beat++) request!.keepAlive();
    policy.decide();
    const response = await answer;
    expect([response.status, await response.json()]).toMatchObject([403, { id: 1 }]);
  });

  it('leaves while the policy decides: the handler does not run, and nothing stays', async () => {
    const running = await start({ providers: [Vault, SlowPolicy], options: { policy: SlowPolicy } });
    const policy = running.app.get(SlowPolicy);
    const connection = await RawConnection.open(running.port);
    await connection.write(raw(modernRpc(1, 'tools/call', { name: 'large', arguments: {} })));
    await until(() => policy.asked > 0);
    connection.close();
    await until(async () => (await connectionsOf(running)) === 0);
    // Node tells the response after it has counted.
    await setImmediate();
    policy.decide();
    await until(() => requestsOf(running).inFlight === 0);
    expect(running.app.get(Vault).served).toEqual([]);
    expect(running.sessions.memory.bytes).toBe(0);
  });

  it('nests a message too deep: refused', async () => {
    const { url } = await start({ providers: [Vault] });
    const nested: unknown = JSON.parse('['.repeat(100) + ']'.repeat(100));
    const response = await postModern(url, tool('open', { arguments: { nested } }));
    expect([response.status, await response.json()]).toMatchObject([400, { error: { code: -32600 } }]);
  });

  it('is told of no change before its subscription is acknowledged', async () => {
    const running = await start({ providers: [Vault, SlowPolicy], options: { policy: SlowPolicy } });
    const policy = running.app.get(SlowPolicy);
    const filter = { toolsListChanged: true, resourceSubscriptions: ['vault://none'] };
    const opened = ModernListener.open(running.url, filter);
    await until(() => policy.asked > 0);
    running.sessions.broadcast('notifications/tools/list_changed', {}, {});
    policy.decide();
    const listener = await opened;
    expect((await listener.next())['method']).toBe('notifications/subscriptions/acknowledged');
    expect((await listener.next())['method']).toBe('notifications/tools/list_changed');
    listener.disconnect();
  });

  it('takes a state to the route of another tenant: refused', async () => {
    const running = await start({ providers: [Vault], options: { http: { path: ':tenant/mcp' } } });
    const post = (tenant: string, more: object = {}) =>
      postModern(`${running.url}/${tenant}`, tool('open', more));
    const { result } = (await (await post('acme')).json()) as Message;
    const again = { requestState: result.requestState, inputResponses: { 1: ACCEPTED } };
    expect(await (await post('globex', again)).json()).toMatchObject({ error: { code: -32602 } });
    expect(running.app.get(Vault).served).toEqual([]);
    expect(await (await post('acme', again)).json()).toMatchObject({
      result: { content: [{ text: 'acme' }] },
    });
  });

  it('asks for what takes too long: no code of another era', async () => {
    const running = await start({ providers: [Vault], options: { limits: { handlerMs: 20 } } });
    const response = await postModern(running.url, modernRpc(1, 'resources/read', { uri: 'vault://slow' }));
    expect(await response.json()).toMatchObject({ error: { code: -32603 } });
  });
});

describe('a process that serves a client without a session', () => {
  it('ends though access was revoked while the policy decided', async () => {
    const options = { policy: SlowPolicy };
    const app = await NestFactory.createApplicationContext(
      testModule({ providers: [Vault, SlowPolicy], options }),
      {
        logger: false,
      },
    );
    const [input, output] = [new PassThrough(), new PassThrough()];
    const served = serveStdio(app, { input, output });
    const lines = createInterface({ input: output })[Symbol.asyncIterator]();
    input.write(`${JSON.stringify(modernRpc(1, 'tools/call', { name: 'hang', arguments: {} }))}\n`);
    const policy = app.get(SlowPolicy);
    await until(() => policy.asked > 0);
    app.get(McpSessionService).closeWhere({});
    expect(JSON.parse((await lines.next()).value as string)).toMatchObject({ id: 1, error: {} });
    policy.decide();
    await served;
    await app.close();
  });
});
