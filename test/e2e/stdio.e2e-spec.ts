import { createInterface } from 'node:readline';
import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { McpContext, McpSessionService, McpTool, serveStdio, type McpSseModuleOptions } from 'nestjs-mcp-sse';
import { initialize, rpc } from '../clients/http-wire-client.js';
import { MISSHAPEN } from '../fixtures/misshapen-messages.js';
import { REFUSED_ANSWERS } from '../fixtures/refused-answers.js';
import { Stage } from '../fixtures/stage.js';
import { testModule } from '../fixtures/start-app.js';

@Injectable()
class Tools {
  @McpTool()
  whoami(ctx: McpContext): string {
    return ctx.principal.subject;
  }

  @McpTool()
  lines(): string {
    return 'one\ntwo\r\nthree';
  }

  @McpTool()
  hang(): Promise<never> {
    return new Promise(() => undefined);
  }
}

const line = (message: object) => `${JSON.stringify(message)}\n`;
const call = (id: number, name: string) => line(rpc(id, 'tools/call', { name }));
const INITIALIZE = line(initialize());

describe('serveStdio', () => {
  let app: INestApplicationContext;
  let input: PassThrough;
  let output: PassThrough;

  beforeEach(async () => {
    const module = testModule({ providers: [Tools], options: { limits: { maxMessageBytes: 250 } } });
    app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
    [input, output] = [new PassThrough(), new PassThrough()];
  });

  afterEach(() => app.close());

  const printed = () =>
    String(output.read() ?? '')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));

  it('prints only messages, one per line', async () => {
    input.end(
      INITIALIZE + call(1, 'lines') + line(rpc(2, 'no/such')) + line({ nonsense: true }) + 'no JSON\n',
    );
    await serveStdio(app, { input, output });
    const messages = printed();
    for (const message of messages) expect(message).toMatchObject({ jsonrpc: '2.0' });
    expect(messages.find(({ id }) => id === 1)).toMatchObject({
      result: { content: [{ text: 'one\ntwo\r\nthree' }] },
    });
  });

  it('answers requests sent before the input ended, as the given user', async () => {
    input.end(INITIALIZE + call(1, 'whoami'));
    await serveStdio(app, { input, output, user: { sub: 'ada' } });
    expect(printed()).toMatchObject([{ id: 'init' }, { id: 1, result: { content: [{ text: 'ada' }] } }]);
    expect(app.get(McpSessionService).sessions).toEqual([]);
  });

  it('answers a line that is not a message or is too large, and continues', async () => {
    input.end(`${INITIALIZE}nonsense\n\n[]\n"${'x'.repeat(300)}"\n${call(1, 'whoami')}`);
    await serveStdio(app, { input, output });
    expect(printed()).toMatchObject([
      { id: 'init' },
      { id: null, error: { code: -32700 } },
      { id: null, error: { code: -32600 } },
      { id: null, error: { code: -32600, message: expect.stringMatching(/too large/) } },
      { id: 1, result: {} },
    ]);
  });

  it('answers only pings and unknown methods before the session is initialized', async () => {
    const early = ['tools/list', 'logging/setLevel', 'resources/subscribe', 'prompts/get'];
    const messages = [...early, 'ping', 'server/discover'].map((method) => rpc(method, method));
    input.end([...messages, initialize(), rpc('late', 'tools/list')].map(line).join(''));
    await serveStdio(app, { input, output });
    const answers = new Map(printed().map(({ id, ...answer }) => [id, answer]));
    for (const method of early)
      expect([method, answers.get(method)]).toMatchObject([
        method,
        { error: { code: -32600, message: expect.stringMatching(/send "initialize" first/) } },
      ]);
    expect(answers.get('ping')).toMatchObject({ result: {} });
    expect(answers.get('server/discover')).toMatchObject({ error: { code: -32601 } });
    expect(answers.get('late')).toMatchObject({ result: { tools: expect.any(Array) } });
  });

  it('ends when its session is closed, despite running calls, before and after the end of the input', async () => {
    for (const endsInput of [false, true]) {
      [input, output] = [new PassThrough(), new PassThrough()];
      const sessions = app.get(McpSessionService);
      const accepted = new Promise<void>((resolve) => {
        const subscription = sessions.events$.subscribe(() => (subscription.unsubscribe(), resolve()));
      });
      const served = serveStdio(app, { input, output });
      await accepted;
      input.write(INITIALIZE + call(1, 'hang'));
      if (endsInput) input.end();
      while (sessions.sessions[0]!.inFlight === 0) await new Promise(setImmediate);
      sessions.close(sessions.sessions[0]!.id);
      await served;
      expect(printed()).toMatchObject([
        { id: 'init' },
        { id: 1, error: { message: 'The session ended: server' } },
      ]);
    }
  });
});

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
