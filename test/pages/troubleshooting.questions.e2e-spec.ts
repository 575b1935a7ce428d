import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { McpContext, McpTool, type McpSseModuleOptions } from 'nestjs-mcp-sse';
import { HttpWireClient, rpc } from '../clients/http-wire-client.js';
import { ModernWireClient } from '../clients/modern-wire-client.js';
import { appPerTest } from '../fixtures/app-per-test.js';
import { codeOf, quoted, TROUBLESHOOTING } from '../fixtures/troubleshooting-page.js';

const CAPABILITIES = 'io.modelcontextprotocol/clientCapabilities';
/** A call by a client that its user can answer. */
const ASK = { name: 'ask', _meta: { [CAPABILITIES]: { elicitation: {} } } };
const ANSWER = { 1: { action: 'accept', content: {} } };

@Injectable()
class Asking {
  runs = 0;
  steps = 0;

  @McpTool()
  async ask(ctx: McpContext): Promise<string> {
    this.runs++;
    await ctx.once('step', () => ++this.steps);
    return (await ctx.elicit({ message: 'Sure?', requestedSchema: { type: 'object', properties: {} } }))
      .action;
  }

  @McpTool()
  async askAnew(ctx: McpContext): Promise<void> {
    const message = `Order ${randomUUID()}?`;
    await ctx.elicit({ message, requestedSchema: { type: 'object', properties: {} } });
  }

  @McpTool()
  log(ctx: McpContext): void {
    ctx.log.info('logged');
  }
}

const { start } = appPerTest();

describe('troubleshooting of questions to clients', () => {
  it('400, the client lacks a capability', async () => {
    const { url } = await start({ providers: [Asking] });
    const refused = await new ModernWireClient(`${url}/mcp`).post('tools/call', { name: 'ask' });
    expect([refused.status, codeOf(refused), quoted(refused)]).toEqual([400, -32021, expect.any(String)]);
    const session = await HttpWireClient.connect(`${url}/mcp`);
    const { body } = await session.post(rpc(2, 'tools/call', { name: 'ask' }));
    expect(JSON.parse(body)).toMatchObject({ result: { isError: true } });
  });

  it('400, requestState was not made by this server', async () => {
    const keys = ['k'.repeat(31) + '1'];
    const answerElsewhere = async (options: Partial<McpSseModuleOptions>) => {
      const [one, other] = await Promise.all([1, 2].map(() => start({ providers: [Asking], options })));
      const asked = await new ModernWireClient(`${one!.url}/mcp`).call('tools/call', ASK);
      const { requestState } = asked['result'];
      return new ModernWireClient(`${other!.url}/mcp`).post('tools/call', {
        ...ASK,
        requestState,
        inputResponses: ANSWER,
      });
    };
    const refused = await answerElsewhere({});
    expect([refused.status, quoted(refused)]).toEqual([400, expect.stringContaining('requestState')]);
    expect(await answerElsewhere({ input: { keys } })).toMatchObject({ status: 200 });
  });

  it('A tool does its work twice', async () => {
    const { url, app } = await start({ providers: [Asking] });
    const client = new ModernWireClient(`${url}/mcp`);
    const { requestState } = (await client.call('tools/call', ASK))['result'];
    await client.call('tools/call', { ...ASK, requestState, inputResponses: ANSWER });
    const { runs, steps } = app.get(Asking);
    expect([runs, steps]).toEqual([2, 1]);
  });

  it('The user is asked again and again', async () => {
    const { url } = await start({ providers: [Asking] });
    const client = new ModernWireClient(`${url}/mcp`);
    const call = { ...ASK, name: 'askAnew' };
    let { result } = await client.call('tools/call', call);
    while (result.requestState !== undefined) {
      const answer = { requestState: result.requestState, inputResponses: ANSWER };
      ({ result } = await client.call('tools/call', { ...call, ...answer }));
    }
    expect(result.isError).toBe(true);
    expect(TROUBLESHOOTING).toContain(`> ${result.content[0].text}\n`);
  });

  it('Log messages do not arrive', async () => {
    const { url } = await start({ providers: [Asking] });
    const client = new ModernWireClient(`${url}/mcp`);
    const logged = async (level: object) =>
      (await client.post('tools/call', { name: 'log', _meta: level })).body;
    expect(await logged({})).not.toContain('notifications/message');
    expect(await logged({ 'io.modelcontextprotocol/logLevel': 'info' })).toContain('notifications/message');
    const session = await HttpWireClient.connect(`${url}/mcp`);
    expect((await session.post(rpc(2, 'tools/call', { name: 'log' }))).body).toContain(
      'notifications/message',
    );
  });
});
