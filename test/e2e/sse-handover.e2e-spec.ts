import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Readable } from 'node:stream';
import { afterEach, beforeEach, expect, it } from '@jest/globals';
import * as common from '@nestjs/common';
import { RawConnection } from '../clients/raw-connection.js';
import { WireClient } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { heapUsed } from '../fixtures/heap-used.js';
import { itOnNestThatLetsGo } from '../fixtures/on-nest.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';
import { until } from '../fixtures/session-work.js';

interface Carrier {
  [common.SSE_ABORT_CONTROLLER]?: unknown;
}

const GET = 'GET /sse HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n\r\n';

describeOnAdapters('a stream of HTTP+SSE that Nest has begun', (adapter) => {
  let running: RunningApp;
  /** Called when Nest pipes its stream into a response. */
  let onPipe: (stream: Readable, request: IncomingMessage) => void;

  beforeEach(async () => {
    onPipe = () => undefined;
    running = await startApp({ adapter });
    const server = running.app.getHttpServer() as Server;
    server.prependListener('request', (request: IncomingMessage, response: ServerResponse) =>
      response.once('pipe', (stream: Readable) => onPipe(stream, request)),
    );
  });

  /** The reasons for which the next sessions are closed. */
  const closings = (count: number) =>
    new Promise<string[]>((resolve) => {
      const reasons: string[] = [];
      running.sessions.events$.subscribe((event) => {
        if (event.type === 'closed' && reasons.push(event.reason) === count) resolve(reasons);
      });
    });

  afterEach(() => running.close());

  itOnNestThatLetsGo('takes none of Nest’s memory while it is open', async () => {
    const streams: WeakRef<Readable>[] = [];
    const controllers: (() => unknown)[] = [];
    onPipe = (stream, request) => {
      streams.push(new WeakRef(stream));
      controllers.push(() => (request as Carrier)[common.SSE_ABORT_CONTROLLER]);
    };
    const client = await WireClient.connect(`${running.url}/sse`);
    await client.call(1, 'ping');
    // Its error would hold what called `abort()`.
    expect(controllers.map((controller) => controller())).toEqual([undefined]);
    await heapUsed();
    expect(streams.map((stream) => stream.deref())).toEqual([undefined]);
    expect(await client.call(2, 'ping')).toEqual({ jsonrpc: '2.0', id: 2, result: {} });
    running.sessions.close(await client.sessionId());
    await client.end();
  });

  it('ends after its first event when its session is closed in the same turn', async () => {
    onPipe = () => process.nextTick(() => running.sessions.closeWhere({}));
    const client = await WireClient.connect(`${running.url}/sse`);
    await client.end();
    expect(client.events.map(({ event }) => event)).toEqual(['endpoint']);
    expect(running.sessions.sessions).toEqual([]);
  });

  it('is not opened when its client leaves before it has begun', async () => {
    const closed = closings(1);
    onPipe = (_stream, { socket }) => process.nextTick(() => socket.destroy());
    const connection = await RawConnection.open(running.port);
    await connection.write(GET);
    expect(await closed).toEqual(['client-disconnected']);
    await connection.untilClosed();
  });

  it('closes the sessions of all requests that a client has pipelined, when it leaves', async () => {
    const connection = await RawConnection.open(running.port);
    await connection.write(GET + GET);
    await until(() => running.sessions.sessions.length === 2);
    await connection.until(/event: endpoint/);
    const closed = closings(2);
    connection.close();
    expect(await closed).toEqual(['client-disconnected', 'client-disconnected']);
  });
});
