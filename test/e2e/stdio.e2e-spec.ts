import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { McpContext, McpSessionService, McpTool, serveStdio } from 'nestjs-mcp-sse';
import { initialize, rpc } from '../clients/http-wire-client.js';
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
