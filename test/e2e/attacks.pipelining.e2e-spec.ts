import type { ServerResponse } from 'node:http';
import { expect, it } from '@jest/globals';
import { type CanActivate, type ExecutionContext, Injectable } from '@nestjs/common';
import { McpContext, McpTool } from 'nestjs-mcp-sse';
import { rawResponse } from '../../libs/mcp-sse/src/http/raw-response.js';
import { HttpWireClient, rpc } from '../clients/http-wire-client.js';
import { LOG_LEVEL, MODERN } from '../clients/modern-client.js';
import { mirroringHeaders, modernRpc, withMeta } from '../clients/modern-wire-client.js';
import { RawConnection, rawPost } from '../clients/raw-connection.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { appPerTest } from '../fixtures/app-per-test.js';
import { until } from '../fixtures/session-work.js';

const LEGACY = '2025-11-25';

@Injectable()
class Tools {
  private readonly waiting: ((text: string) => void)[] = [];

  /** How many calls wait. */
  get calls(): number {
    return this.waiting.length;
  }

  @McpTool()
  wait(): Promise<string> {
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  @McpTool()
  async tell({ log }: McpContext): Promise<string> {
    const text = await this.wait();
    log.error('told');
    return text;
  }

  /** Says something at once. */
  @McpTool()
  async narrate(context: McpContext): Promise<string> {
    context.log.error('begun');
    return this.tell(context);
  }

  release(call: number): void {
    this.waiting[call]!(`call ${call}`);
  }
}

/** Lets a client in that is known, and any other once the test says so. */
@Injectable()
class Turnstile implements CanActivate {
  static waiting: (() => void)[] = [];

  canActivate(context: ExecutionContext): boolean | Promise<boolean> {
    const { headers } = context.switchToHttp().getRequest<{ headers: Record<string, string> }>();
    if (headers['x-slow'] === undefined) return true;
    return new Promise((resolve) => Turnstile.waiting.push(() => resolve(true)));
  }
}

/** A call as it goes over a raw connection. @param client of the legacy era */
function rawCall(
  version: string,
  id: number,
  name: string,
  client: HttpWireClient,
  headers: Readonly<Record<string, string>> = {},
): string {
  const params = { name, arguments: {} };
  if (version !== MODERN) return rawPost(rpc(id, 'tools/call', params), { ...client.headers, ...headers });
  const message = withMeta(modernRpc(id, 'tools/call', params), LOG_LEVEL, 'info');
  return rawPost(message, { ...mirroringHeaders(message), ...headers });
}

describeOnAdapters('the attacker who pipelines calls', (adapter) => {
  const { start } = appPerTest(adapter);

  /** @returns the responses as middleware has them, and a connection on which the tools were called */
  const called = async (version: string, ...names: readonly string[]) => {
    const responses: ServerResponse[] = [];
    const { app, url, port } = await start({
      providers: [Tools],
      options: { guards: [Turnstile] },
      configure: (created) => {
        // Gives each response a header before anybody answers.
        created.enableCors();
        created.use((_request: unknown, response: object, next: () => void) => {
          responses.push(rawResponse(response));
          next();
        });
      },
    });
    const tools = app.get(Tools);
    const client = await HttpWireClient.connect(`${url}/mcp`);
    responses.length = 0;
    const connection = await RawConnection.open(port);
    await connection.write(names.map((name, id) => rawCall(version, id, name, client)).join(''));
    await until(() => tools.calls === names.length);
    return { tools, connection, responses, client };
  };

  it.each([LEGACY, MODERN].flatMap((version) => ['wait', 'tell'].map((name) => [version, name] as const)))(
    'has middleware answer one that waits for another, in revision %s with the tool "%s": its own answer is dropped',
    async (version, name) => {
      const { tools, connection, responses } = await called(version, 'wait', name, 'wait');
      responses[1]!.statusCode = 503;
      responses[1]!.end('too late');
      for (const id of [1, 2, 0]) tools.release(id);
      await connection.until(/call 2/);
      connection.close();
      const answer = await connection.untilClosed();
      expect(answer).toMatch(/^HTTP\/1.1 200 .*call 0.*HTTP\/1.1 503 .*too late.*HTTP\/1.1 200 .*call 2/s);
      expect(answer).not.toContain('call 1');
    },
  );

  it.each([LEGACY, MODERN])(
    'has middleware answer a request while a guard decides, in revision %s: it is answered once',
    async (version) => {
      const { tools, connection, responses, client } = await called(version, 'wait');
      await connection.write(rawCall(version, 1, 'wait', client, { 'x-slow': '1' }));
      await until(() => Turnstile.waiting.length === 1);
      responses[1]!.statusCode = 503;
      responses[1]!.end('too late');
      Turnstile.waiting.pop()!();
      await until(() => tools.calls === 2);
      tools.release(1);
      tools.release(0);
      await connection.until(/too late/);
      connection.close();
      expect(await connection.untilClosed()).toMatch(/call 0[^]*HTTP\/1.1 503 [^]*too late$/);
    },
  );

  it.each([LEGACY, MODERN])(
    'has middleware end an answer that is about to be written, in revision %s: nothing is thrown',
    async (version) => {
      const { tools, connection, responses } = await called(version, 'wait', 'wait');
      tools.release(1);
      // Microtasks only: it is written at the end of this turn of the event loop.
      for (let tick = 0; tick < 1_000 && !responses[1]!.headersSent; tick++) await undefined;
      responses[1]!.end();
      tools.release(0);
      expect(await connection.until(/call 0[^]*HTTP\/1.1 200 /)).toHaveLength(1);
      connection.close();
    },
  );

  it.each([LEGACY, MODERN])(
    'has middleware end a stream that has begun, in revision %s: what it had to send is dropped',
    async (version) => {
      const { tools, connection, responses } = await called(version, 'wait', 'narrate', 'wait');
      await until(() => responses[1]!.headersSent);
      responses[1]!.end();
      for (const id of [1, 2, 0]) tools.release(id);
      await connection.until(/call 2/);
      connection.close();
      const answer = await connection.untilClosed();
      expect(answer).toMatch(/call 0.*text\/event-stream.*call 2/s);
      expect(answer).not.toMatch(/told|call 1/);
    },
  );
});
