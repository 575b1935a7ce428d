import type { ServerResponse } from 'node:http';
import { expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { McpContext, McpTool } from 'nestjs-mcp-sse';
import { rawResponse } from '../../libs/mcp-sse/src/http/raw-response.js';
import { HttpWireClient, rpc } from '../clients/http-wire-client.js';
import { LOG_LEVEL, MODERN } from '../clients/modern-client.js';
import { modernRpc, withMeta } from '../clients/modern-wire-client.js';
import { RawConnection } from '../clients/raw-connection.js';
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

  release(call: number): void {
    this.waiting[call]!(`call ${call}`);
  }
}

/** A call as it goes over a raw connection. */
function rawCall(version: string, id: number, name: string, sessionId: string): string {
  const isModern = version === MODERN;
  const params = { name, arguments: {} };
  const message = isModern
    ? withMeta(modernRpc(id, 'tools/call', params), LOG_LEVEL, 'info')
    : rpc(id, 'tools/call', params);
  const body = JSON.stringify(message);
  return [
    'POST /mcp HTTP/1.1',
    'host: localhost',
    'content-type: application/json',
    'accept: application/json, text/event-stream',
    `mcp-protocol-version: ${version}`,
    ...(isModern ? ['mcp-method: tools/call', `mcp-name: ${name}`] : [`mcp-session-id: ${sessionId}`]),
    `content-length: ${body.length}`,
    '',
    body,
  ].join('\r\n');
}

describeOnAdapters('the attacker who pipelines calls', (adapter) => {
  const { start } = appPerTest(adapter);

  it.each([LEGACY, MODERN].flatMap((version) => ['wait', 'tell'].map((name) => [version, name] as const)))(
    'has middleware answer one that waits for another, in revision %s with the tool "%s": its own answer is dropped',
    async (version, name) => {
      const responses: ServerResponse[] = [];
      const { app, url, port } = await start({
        providers: [Tools],
        configure: (created) =>
          void created.use((_request: unknown, response: object, next: () => void) => {
            responses.push(rawResponse(response));
            next();
          }),
      });
      const tools = app.get(Tools);
      const { sessionId } = await HttpWireClient.connect(`${url}/mcp`);
      const connection = await RawConnection.open(port);
      const call = (id: number, tool: string) => rawCall(version, id, tool, sessionId);
      await connection.write(call(0, 'wait') + call(1, name) + call(2, 'wait'));
      await until(() => tools.calls === 3);
      const late = responses.at(-2)!;
      late.statusCode = 503;
      late.end('too late');
      for (const id of [1, 2, 0]) tools.release(id);
      await connection.until(/call 2/);
      connection.close();
      const answer = await connection.untilClosed();
      expect(answer).toMatch(/^HTTP\/1.1 200 .*call 0.*HTTP\/1.1 503 .*too late.*HTTP\/1.1 200 .*call 2/s);
      expect(answer).not.toContain('call 1');
    },
  );
});
