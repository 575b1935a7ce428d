import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Injectable, type INestApplicationContext } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { McpContext, McpSessionService, McpTool, serveStdio } from 'nestjs-mcp-sse';
import { testModule } from '../fixtures/start-app.js';

@Injectable()
class Tools {
  @McpTool()
  whoami(ctx: McpContext): string {
    return ctx.principal.subject;
  }

  @McpTool()
  hang(): Promise<never> {
    return new Promise(() => undefined);
  }
}

const call = (id: number, name: string) =>
  `${JSON.stringify({ jsonrpc: '2.0', id, method: 'tools/call', params: { name } })}\n`;

describe('serveStdio', () => {
  let app: INestApplicationContext;
  let input: PassThrough;
  let output: PassThrough;

  beforeEach(async () => {
    const module = testModule({ providers: [Tools], options: { limits: { maxMessageBytes: 200 } } });
    app = await NestFactory.createApplicationContext(module, { logger: false, abortOnError: false });
    [input, output] = [new PassThrough(), new PassThrough()];
  });

  afterEach(() => app.close());

  const printed = () =>
    String(output.read() ?? '')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));

  it('answers what came before the input ended, as the user that it was told', async () => {
    input.end(call(1, 'whoami'));
    await serveStdio(app, { input, output, user: { sub: 'ada' } });
    expect(printed()).toMatchObject([{ id: 1, result: { content: [{ text: 'ada' }] } }]);
    expect(app.get(McpSessionService).sessions).toEqual([]);
  });

  it('answers a line that is not a message, or is too large, and goes on', async () => {
    input.end(`nonsense\n\n[]\n"${'x'.repeat(300)}"\n${call(1, 'whoami')}`);
    await serveStdio(app, { input, output });
    expect(printed()).toMatchObject([
      { id: null, error: { code: -32700 } },
      { id: null, error: { code: -32600 } },
      { id: null, error: { code: -32600, message: expect.stringMatching(/too large/) } },
      { id: 1, result: {} },
    ]);
  });

  it('ends when its session is closed, whatever runs, before and after the end of the input', async () => {
    for (const endsInput of [false, true]) {
      [input, output] = [new PassThrough(), new PassThrough()];
      const sessions = app.get(McpSessionService);
      const accepted = new Promise<void>((resolve) => {
        const subscription = sessions.events$.subscribe(() => (subscription.unsubscribe(), resolve()));
      });
      const served = serveStdio(app, { input, output });
      await accepted;
      input.write(call(1, 'hang'));
      if (endsInput) input.end();
      while (sessions.sessions[0]!.inFlight === 0) await new Promise(setImmediate);
      sessions.close(sessions.sessions[0]!.id);
      await served;
      expect(printed()).toMatchObject([{ id: 1, error: { message: 'The session ended: server' } }]);
    }
  });
});
