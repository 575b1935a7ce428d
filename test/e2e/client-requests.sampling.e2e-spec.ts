import { expect, it } from '@jest/globals';
import type { SamplingMessage } from '@modelcontextprotocol/sdk/types.js';
import { AskingTool, asked } from '../fixtures/asking/asking-tool.js';
import { describeOnTransports } from '../fixtures/transports.js';

const TOOL = { name: 'weather', inputSchema: { type: 'object' as const } };
const says = (role: 'user' | 'assistant', text: string): SamplingMessage => ({
  role,
  content: { type: 'text', text },
});
const uses = (...ids: string[]): SamplingMessage => ({
  role: 'assistant',
  content: ids.map((id) => ({ type: 'tool_use', id, name: 'weather', input: {} })),
});
const results = (...ids: string[]): SamplingMessage => ({
  role: 'user',
  content: ids.map((toolUseId) => ({ type: 'tool_result', toolUseId, content: [] })),
});
const mixed: SamplingMessage = {
  role: 'user',
  content: [
    { type: 'tool_result', toolUseId: 'a', content: [] },
    { type: 'text', text: 'So?' },
  ],
};

const fixture = { providers: [AskingTool] };

describeOnTransports('a request of a tool to its client for sampling', (connect) => {
  const sampling = async (sent: unknown[]) =>
    connect(fixture, {
      capabilities: { sampling: { tools: {} } },
      prepare: (client) =>
        client.setRequestHandler('sampling/createMessage', ({ params }) => {
          sent.push(params);
          const text = { type: 'text' as const, text: 'Sunny' };
          return { role: 'assistant', model: 'test', content: params.tools ? [text, text] : text };
        }),
    });

  it.each<[string, SamplingMessage[], string]>([
    ['an unknown role', [{ ...says('user', 'Hi'), role: 'system' as 'user' }], 'messages.0.role'],
    ['an invalid block', [{ role: 'user', content: { type: 'text' } as never }], 'messages.0.content'],
    [
      'data that are not base64',
      [{ role: 'user', content: { type: 'image', mimeType: 'image/png', data: '%' } }],
      'messages.0.content',
    ],
    ['a tool result among other blocks', [uses('a'), mixed], 'messages.1: a message with a tool_result'],
    [
      'a tool result of the assistant',
      [uses('a'), { ...results('a'), role: 'assistant' }],
      'messages.1: a message with a tool_result',
    ],
    [
      'a tool use of the user',
      [{ ...uses('a'), role: 'user' }, results('a')],
      'messages.0: a message with a tool_use',
    ],
    ['a tool use without its result', [uses('a', 'b'), results('a')], 'messages.1: each tool_use'],
    [
      'a tool use that another message follows',
      [uses('a'), says('user', 'So?')],
      'messages.1: each tool_use',
    ],
    [
      'a tool use at the end',
      [says('user', 'Hi'), uses('a')],
      'the results of the last tool_use are missing',
    ],
    ['a tool result twice', [uses('a'), results('a', 'a')], 'messages.1: each tool_use'],
    ['a tool result of no tool use', [says('user', 'Hi'), results('a')], 'messages.1: each tool_use'],
  ])('is not sent with %s', async (_what, messages, fault) => {
    const sent: unknown[] = [];
    const { client } = await sampling(sent);
    const got = await asked(client, (ctx) => ctx.sample({ messages, maxTokens: 9 }));
    expect(got).toEqual({ failed: expect.stringContaining(`TypeError: sample() was not sent: `) });
    expect(got).toEqual({ failed: expect.stringContaining(fault) });
    expect(sent).toEqual([]);
  });

  it('may contain a complete tool loop, and returns blocks if it has tools', async () => {
    const sent: unknown[] = [];
    const { client } = await sampling(sent);
    const messages = [says('user', 'Hi'), uses('a', 'b'), results('b', 'a'), says('user', 'So?')];
    const got = await asked(client, async (ctx) => {
      const { content } = await ctx.sample({ messages, maxTokens: 9, tools: [TOOL] });
      return [content].flat().length;
    });
    expect(got).toEqual({ answer: 2 });
    expect(sent).toMatchObject([{ messages, maxTokens: 9, tools: [TOOL] }]);
  });

  it('returns one block if it has no tools', async () => {
    const { client } = await sampling([]);
    const got = await asked(client, async (ctx) => {
      const { content } = await ctx.sample({ messages: [says('user', 'Hi')], maxTokens: 9 });
      return content.type;
    });
    expect(got).toEqual({ answer: 'text' });
  });
});
