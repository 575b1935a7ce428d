import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import type {
  ElicitRequestFormParams,
  ElicitRequestURLParams,
  ElicitResult,
  SamplingMessage,
} from '@modelcontextprotocol/sdk/types.js';
import { McpContext, McpTool } from 'nestjs-mcp-sse';
import type { SdkClient } from '../clients/client-of-either-era.js';
import { describeOnTransports, describeWithSessions, type ConnectFixture } from '../fixtures/transports.js';

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

@Injectable()
class Asking {
  /** What the tool does; each test sets it. */
  static question: (ctx: McpContext) => Promise<unknown>;

  @McpTool()
  ask(ctx: McpContext): Promise<object> {
    return Asking.question(ctx).then(
      (answer) => ({ answer }),
      ({ name, message }: Error) => ({ failed: `${name}: ${message}` }),
    );
  }

  @McpTool()
  async asks(ctx: McpContext) {
    const sampled = await ctx.sample({
      messages: [{ role: 'user', content: { type: 'text', text: 'Hi' } }],
      maxTokens: 9,
    });
    const elicited = await ctx.elicit({
      message: 'Name?',
      requestedSchema: { type: 'object', properties: { name: { type: 'string' } }, required: ['name'] },
    });
    const roots = await ctx.listRoots();
    return { sampled: sampled.content, elicited: elicited.content, roots };
  }

  @McpTool()
  async asksInVain(ctx: McpContext) {
    await ctx.sample({ messages: [], maxTokens: 1 }, { timeoutMs: 20 });
  }
}

/** Sets what the tool does, and returns its result. */
async function asked(client: SdkClient, question: typeof Asking.question): Promise<unknown> {
  Asking.question = question;
  return (await client.callTool({ name: 'ask' })).structuredContent;
}

const fixture = { providers: [Asking] };

describeOnTransports('a request of a tool to its client', (connect, _transport, era) => {
  it('gets a sampled message, a form of the user, and roots', async () => {
    const { client } = await connect(fixture, {
      capabilities: { sampling: {}, elicitation: {}, roots: {} },
      prepare: (unconnected) => {
        unconnected.setRequestHandler('sampling/createMessage', ({ params }) => ({
          role: 'assistant',
          model: 'test',
          content: { type: 'text', text: `${params.maxTokens} tokens` },
        }));
        unconnected.setRequestHandler('elicitation/create', () => ({
          action: 'accept',
          content: { name: 'Ada' },
        }));
        unconnected.setRequestHandler('roots/list', () => ({ roots: [{ uri: 'file:///work' }] }));
      },
    });
    expect((await client.callTool({ name: 'asks' })).structuredContent).toEqual({
      sampled: { type: 'text', text: '9 tokens' },
      elicited: { name: 'Ada' },
      roots: [{ uri: 'file:///work' }],
    });
  });

  it('fails if the client lacks the capability', async () => {
    const { client } = await connect(fixture);
    const lacks = expect.stringMatching(/did not declare the capability "sampling"/);
    const caught = await asked(client, (ctx) => ctx.sample({ messages: [], maxTokens: 1 }));
    expect(caught).toEqual({ failed: lacks });
    const uncaught = await client.callTool({ name: 'asks' }).catch((error: Error) => error);
    expect(uncaught).toMatchObject(
      era === 'legacy'
        ? { isError: true, content: [{ text: lacks }] }
        : { code: -32021, message: lacks, data: { requiredCapabilities: { sampling: {} } } },
    );
  });

  describe('for sampling', () => {
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

  describe('for elicitation', () => {
    const eliciting = (answers: ElicitResult[], sent: unknown[] = []): ReturnType<ConnectFixture> =>
      connect(fixture, {
        capabilities: { elicitation: { form: {}, url: {} } },
        prepare: (client) =>
          client.setRequestHandler('elicitation/create', ({ params }) => {
            sent.push(params);
            return answers.shift()!;
          }),
      });
    const form = (property: object): ElicitRequestFormParams => ({
      message: 'Fill in',
      requestedSchema: {
        type: 'object',
        properties: { field: property as { type: 'string' } },
        required: ['field'],
      },
    });
    const page = (url: string): ElicitRequestURLParams => ({
      mode: 'url',
      message: 'Pay',
      elicitationId: 'e1',
      url,
    });

    it.each(['', 'pay.example/1', '/pay', 'https://'])('sends nobody to an invalid URL: %j', async (url) => {
      const sent: unknown[] = [];
      const { client } = await eliciting([{ action: 'accept' }], sent);
      const got = await asked(client, (ctx) => ctx.elicit(page(url)));
      expect(got).toEqual({ failed: expect.stringMatching(/^TypeError: elicit\(\) was not sent: url: /) });
      expect(sent).toEqual([]);
    });

    it.each([
      ['a field that is an object', form({ type: 'object' })],
      ['a list of anything', form({ type: 'array', items: {} })],
      ['no message', { ...form({ type: 'string' }), message: undefined as unknown as string }],
      ['no schema', { message: 'Fill in' } as ElicitRequestFormParams],
    ])('sends no form with %s', async (_what, params) => {
      const sent: unknown[] = [];
      const { client } = await eliciting([{ action: 'decline' }], sent);
      const got = await asked(client, (ctx) => ctx.elicit(params));
      expect(got).toEqual({ failed: expect.stringMatching(/^TypeError: elicit\(\) was not sent: /) });
      expect(sent).toEqual([]);
    });

    it.each<[object, ElicitResult['content'], string]>([
      [{ type: 'string' }, {}, "field: must have required property 'field'"],
      [{ type: 'string' }, undefined, "field: must have required property 'field'"],
      [
        { type: 'string', default: 'filled in, then emptied' },
        {},
        "field: must have required property 'field'",
      ],
      [{ type: 'string' }, { field: 7 }, 'field: must be string'],
      [{ type: 'string', maxLength: 2 }, { field: 'long' }, 'field: must NOT have more than 2 characters'],
      [{ type: 'string', format: 'email' }, { field: 'nobody' }, 'field: must match format "email"'],
      [{ type: 'integer', minimum: 18 }, { field: 17 }, 'field: must be >= 18'],
      [{ type: 'boolean' }, { field: 'yes' }, 'field: must be boolean'],
      [{ type: 'string', enum: ['a', 'b'] }, { field: 'c' }, 'field: must be equal to one of'],
      [
        { type: 'array', items: { type: 'string', enum: ['a'] } },
        { field: ['c'] },
        'field[0]: must be equal',
      ],
    ])('refuses an answer to %j that does not match the schema: %j', async (property, content, problem) => {
      const sent: unknown[] = [];
      const declined: ElicitResult = { action: 'decline' };
      const { client } = await eliciting([{ action: 'accept', content }, declined], sent);
      const got = await asked(client, (ctx) => ctx.elicit(form(property)));
      const failed = expect.stringContaining(
        `McpClientError: The client's answer to elicitation/create does not fit the form: ${problem}`,
      );
      // Without a session, the server asks again.
      const outcomes = {
        legacy: { sent: [sent[0]], got: { failed } },
        modern: { sent: [sent[0], sent[0]], got: { answer: declined } },
      };
      expect({ sent, got }).toEqual(outcomes[era]);
    });

    it.each<[object, ElicitResult]>([
      [
        { type: 'string', format: 'date' },
        { action: 'accept', content: { field: '2025-11-25', more: 1 } },
      ],
      [
        { type: 'array', items: { anyOf: [{ const: 'a', title: 'A' }] } },
        { action: 'accept', content: { field: ['a'] } },
      ],
      [{ type: 'string' }, { action: 'decline' }],
      [{ type: 'string' }, { action: 'cancel', content: { field: 7 } }],
    ])('passes on an answer to %j unchanged: %j', async (property, answer) => {
      const { client } = await eliciting([answer]);
      expect(await asked(client, (ctx) => ctx.elicit(form(property)))).toEqual({ answer });
    });
  });
});

describeWithSessions('a request of a tool to a client with a session', (connect) => {
  it('fails if the client does not answer in time', async () => {
    let abandoned!: Promise<unknown>;
    const { client } = await connect(fixture, {
      capabilities: { sampling: {} },
      prepare: (unconnected) =>
        unconnected.setRequestHandler('sampling/createMessage', (_request, { mcpReq: { signal } }) => {
          abandoned = signal.aborted ? Promise.resolve() : once(signal, 'abort');
          return new Promise(() => undefined);
        }),
    });
    const late = await client.callTool({ name: 'asksInVain' });
    expect(JSON.stringify(late.content)).toMatch(
      /sampling\/createMessage: the client did not answer within 20 ms/,
    );
    await abandoned;
  });
});
