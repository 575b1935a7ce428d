import { PassThrough } from 'node:stream';
import { createInterface } from 'node:readline';
import { afterEach, describe, expect, it } from '@jest/globals';
import { NestFactory } from '@nestjs/core';
import type { INestApplicationContext } from '@nestjs/common';
import { serveStdio, type McpSseModuleOptions } from 'nestjs-mcp-sse';
import { initialize, rpc } from '../clients/http-wire-client.js';
import { MISSHAPEN } from '../fixtures/misshapen-messages.js';
import { REFUSED_ANSWERS } from '../fixtures/refused-answers.js';
import { Stage } from '../fixtures/stage.js';
import { testModule } from '../fixtures/start-app.js';

const FORM = { message: 'Who?', requestedSchema: { type: 'object' as const, properties: {} } };
const PERFORM = { name: 'perform' };

describe('a refused line of stdio', () => {
  let app: INestApplicationContext;
  let input: PassThrough;
  let served: Promise<void>;
  let printed: AsyncIterator<string>;

  async function start(options?: Partial<McpSseModuleOptions>, version?: string): Promise<void> {
    const module = testModule({ providers: [Stage], options });
    app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
    input = new PassThrough();
    const output = new PassThrough();
    printed = createInterface({ input: output })[Symbol.asyncIterator]();
    served = serveStdio(app, { input, output });
    write(initialize(version, { elicitation: {} }));
    write({ jsonrpc: '2.0', method: 'notifications/initialized' });
    write(rpc('ready', 'ping'));
    for (const id of ['init', 'ready']) expect(await next()).toMatchObject({ id, result: {} });
  }

  const write = (message: unknown) =>
    input.write(`${typeof message === 'string' ? message : JSON.stringify(message)}\n`);
  const next = async () => JSON.parse((await printed.next()).value as string);

  afterEach(async () => {
    input.end();
    await served;
    await app.close();
  });

  it.each(MISSHAPEN)('is answered with the id of the request if it is readable: %s', async (...row) => {
    const [, body, id] = row;
    await start();
    write(body);
    expect(await next()).toMatchObject({ jsonrpc: '2.0', id, error: { code: -32600 } });
    write(rpc('after', 'ping'));
    expect(await next()).toMatchObject({ id: 'after', result: {} });
  });

  it.each(['2025-11-25', '2025-03-26'])('is answered for each request of a batch in %s', async (version) => {
    await start({}, version);
    write([rpc(1, 'ping'), { jsonrpc: '1.0', id: 'b', method: 'ping' }, { id: 3, result: {} }, 4]);
    for (const id of [1, 'b']) expect(await next()).toMatchObject({ id, error: { code: -32600 } });
    write(rpc('after', 'ping'));
    expect(await next()).toMatchObject({ id: 'after', result: {} });
  });

  it('is not answered with the id of a request in flight, which has its own answer', async () => {
    await start();
    write(rpc(1, 'tools/call', PERFORM));
    const { resolve } = await app.get(Stage).next();
    for (const second of [rpc(1, 'ping'), { id: 1, method: 'ping' }, { jsonrpc: '2.0', id: 1 }]) {
      write(second);
      expect(await next()).toMatchObject({ id: null, error: { code: -32600 } });
    }
    resolve('done');
    expect(await next()).toMatchObject({ id: 1, result: { content: [{ text: 'done' }] } });
  });

  it('is answered with its id if it is one request too many', async () => {
    await start({ limits: { maxInFlight: 1 } });
    write(rpc(1, 'tools/call', PERFORM));
    const { resolve } = await app.get(Stage).next();
    write(rpc(2, 'ping'));
    const message = expect.stringMatching(/1 requests in flight/);
    expect(await next()).toMatchObject({ id: 2, error: { code: -32000, message } });
    resolve('done');
    expect(await next()).toMatchObject({ id: 1, result: {} });
  });

  it('is answered with its id if the contextFactory fails, without its message, and the server continues', async () => {
    let isBroken = false;
    const contextFactory = () => {
      if (isBroken) throw new Error('password of the database');
      return {};
    };
    await start({ contextFactory });
    isBroken = true;
    write(rpc(1, 'ping'));
    const message = expect.stringMatching(/^Internal error \(correlation id [^)]+\)$/);
    expect(await next()).toMatchObject({ id: 1, error: { code: -32603, message } });
    isBroken = false;
    write(rpc(2, 'ping'));
    expect(await next()).toMatchObject({ id: 2, result: {} });
  });

  it('fails the call that waits for its answer at once', async () => {
    await start();
    write(rpc('a', 'tools/call', PERFORM));
    const { context, resolve } = await app.get(Stage).next();
    const answered = async (id: unknown) => {
      for (;;) if ((await next()).id === id) return;
    };
    for (const [what, answer, expected] of REFUSED_ANSWERS) {
      const asked = context.elicit(FORM).then(JSON.stringify, ({ message }: Error) => message);
      let question = await next();
      while (question.method !== 'elicitation/create') question = await next();
      write(answer(question.id));
      expect([what, await asked]).toEqual([what, expect.stringMatching(expected)]);
    }
    resolve('done');
    await answered('a');
  });
});
