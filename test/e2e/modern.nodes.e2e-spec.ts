import { afterEach, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { IsString } from 'class-validator';
import {
  McpContext,
  McpCtx,
  McpHeader,
  McpTool,
  memoryCluster,
  type McpSseModuleOptions,
} from 'nestjs-mcp-sse';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { postModern, type Message } from '../fixtures/modern-wire-client.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';

class ShipDto {
  @IsString()
  @McpHeader('Region')
  region!: string;
}

@Injectable()
class Shop {
  @McpTool()
  ship(_args: ShipDto, ctx: McpContext): Promise<string> {
    return this.buy(ctx);
  }

  @McpTool()
  async buy(@McpCtx() ctx: McpContext): Promise<string> {
    const requestedSchema = { type: 'object' as const, properties: {} };
    const { action } = await ctx.elicit({ message: 'Sure?', requestedSchema });
    return action;
  }
}

const ACCEPT = { action: 'accept', content: {} };

describeOnAdapters('several nodes of revision 2026-07-28', (adapter) => {
  const nodes: RunningApp[] = [];

  afterEach(() => Promise.all(nodes.splice(0).map((node) => node.close())));

  const start = async (...options: Partial<McpSseModuleOptions>[]) => {
    for (const one of options) nodes.push(await startApp({ adapter, providers: [Shop], options: one }));
  };
  const buy = async (node: RunningApp, params: Message = {}, headers = {}) => {
    const response = await postModern(node.url, {
      id: 1,
      method: 'tools/call',
      params: { name: 'buy', ...params },
      headers,
    });
    return { status: response.status, ...((await response.json()) as Message) } as Message;
  };
  const answerTo = ({ result: { inputRequests, requestState } }: Message) => ({
    requestState,
    inputResponses: Object.fromEntries(Object.keys(inputRequests).map((key) => [key, ACCEPT])),
  });
  const text = (answer: Message) => answer['result']?.content?.[0]?.text;

  it('go on with calls of each other, by a key on which a cluster agrees', async () => {
    const cluster = memoryCluster();
    await start({ cluster }, { cluster });
    const answer = answerTo(await buy(nodes[0]!));
    expect(text(await buy(nodes[1]!, answer))).toBe('accept');
    expect(text(await buy(nodes[0]!, answer))).toBe('accept');
  });

  it('go on with calls of each other, by the keys of their options while these are being replaced', async () => {
    const [old, next] = ['o', 'n'].map((letter) => `${letter}-0123456789abcdefghijklmnopqrstuvwxyz`);
    await start({ input: { keys: [old!, next!] } }, { input: { keys: [next!, old!] } }, {});
    const [one, other, stranger] = nodes as [RunningApp, RunningApp, RunningApp];
    expect(text(await buy(other, answerTo(await buy(one))))).toBe('accept');
    expect(text(await buy(one, answerTo(await buy(other))))).toBe('accept');
    expect(await buy(stranger, answerTo(await buy(one)))).toMatchObject({ error: { code: -32602 } });
  });

  it('accept a state once, whichever of them gets it', async () => {
    const cluster = memoryCluster();
    const input = { singleUse: true };
    await start({ cluster, input }, { cluster, input });
    const [one, other] = nodes as [RunningApp, RunningApp];
    const answer = answerTo(await buy(one));
    const outcomes = await Promise.all([buy(one, answer), buy(other, answer), buy(other, answer)]);
    expect(outcomes.filter((outcome) => text(outcome) === 'accept')).toHaveLength(1);
    expect(outcomes.filter(({ error }) => error?.code === -32602)).toHaveLength(2);
  });

  it('leave a state unused by a request that is refused', async () => {
    await start({ input: { singleUse: true } });
    const ship = { name: 'ship', arguments: { region: 'eu' } };
    const [right, wrong] = ['eu', 'us'].map((region) => ({ 'mcp-param-region': region }));
    const retry = { ...ship, ...answerTo(await buy(nodes[0]!, ship, right)) };
    expect(await buy(nodes[0]!, retry, wrong)).toMatchObject({ error: { code: -32020 } });
    expect(text(await buy(nodes[0]!, retry, right))).toBe('accept');
  });

  it('answer 503 where nobody can tell whether a state was used', async () => {
    const cluster = memoryCluster();
    const input = { singleUse: true };
    await start({ cluster, input });
    const answer = answerTo(await buy(nodes[0]!));
    cluster.nodes[0]!.crash();
    expect(await buy(nodes[0]!, answer)).toMatchObject({
      status: 503,
      error: { message: expect.stringContaining('try again') },
    });
  });

  it('tell the handler that it cannot ask while they have not agreed on a key', async () => {
    const cluster = memoryCluster();
    await start({ cluster });
    cluster.nodes[0]!.crash();
    expect(await buy(nodes[0]!)).toMatchObject({
      result: { isError: true, content: [{ text: expect.stringContaining('cannot be asked now') }] },
    });
  });
});
