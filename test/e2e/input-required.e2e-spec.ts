import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { McpClientError, McpContext, McpPrompt, McpResource, McpTool } from 'nestjs-mcp-sse';
import { modernRpc, postModern } from '../clients/modern-wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { said, textForm } from '../fixtures/asking/said.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';

interface ModernAnswer {
  readonly status: number;
  readonly result: {
    readonly resultType: string;
    readonly inputRequests: Record<string, { readonly params: unknown }>;
    readonly requestState: string;
    readonly [member: string]: unknown;
  };
  readonly error?: { readonly code: number; readonly message: string; readonly data?: unknown };
}

@Injectable()
class Asking {
  @McpTool()
  one(ctx: McpContext): Promise<string> {
    return said(ctx, 'name?');
  }

  @McpTool()
  together(ctx: McpContext): Promise<string[]> {
    return Promise.all([said(ctx, 'left?', 'left'), said(ctx, 'right?')]);
  }

  @McpTool()
  async catching(ctx: McpContext): Promise<string> {
    return ctx.listRoots().then(
      () => 'roots',
      (error: unknown) => {
        if (error instanceof McpClientError) return `caught: ${error.name}`;
        throw error;
      },
    );
  }

  @McpTool()
  roots(ctx: McpContext): Promise<object> {
    return ctx.listRoots();
  }

  @McpPrompt()
  prompt(ctx: McpContext): Promise<string> {
    return said(ctx, 'prompt?');
  }

  @McpResource({ uri: 'ask://resource' })
  resource(ctx: McpContext): Promise<string> {
    return said(ctx, 'resource?');
  }
}

async function asked(
  { url }: RunningApp,
  params: Record<string, unknown> & { readonly name?: string; readonly uri?: string },
  method = 'tools/call',
  clientCapabilities: object = { elicitation: {} },
): Promise<ModernAnswer> {
  const response = await postModern(url, modernRpc(1, method, params, clientCapabilities));
  return { status: response.status, ...((await response.json()) as Omit<ModernAnswer, 'status'>) };
}

const accept = (text: string) => ({ action: 'accept', content: { text } });

describeOnAdapters('a request that answers questions', (adapter) => {
  let running: RunningApp;
  beforeEach(async () => void (running = await startApp({ adapter, providers: [Asking] })));
  afterEach(() => running.close());

  it.each([
    ['tools/call', { name: 'one' }, 'name?'],
    ['prompts/get', { name: 'prompt' }, 'prompt?'],
    ['resources/read', { uri: 'ask://resource' }, 'resource?'],
  ])('completes %s', async (method, params, message) => {
    const { status, result } = await asked(running, params, method);
    expect(status).toBe(200);
    expect(result).toMatchObject({
      resultType: 'input_required',
      inputRequests: { '1': { method: 'elicitation/create', params: textForm(message) } },
    });
    const { requestState } = result;
    const next = await asked(
      running,
      { ...params, requestState, inputResponses: { '1': accept('x') } },
      method,
    );
    expect(next.result.resultType).toBe('complete');
    expect(JSON.stringify(next.result)).toContain('"x"');
  });

  it('is asked again for what is missing or invalid', async () => {
    let state = (await asked(running, { name: 'together' })).result.requestState;
    const responses = [
      {},
      { left: 5 },
      { left: { action: 'accept', content: { text: 5 } } },
      { unknown: accept('x') },
    ];
    for (const inputResponses of responses) {
      const { result } = await asked(running, { name: 'together', requestState: state, inputResponses });
      expect(Object.keys(result.inputRequests)).toEqual(['2', 'left']);
      state = result.requestState;
    }
    const half = await asked(running, {
      name: 'together',
      requestState: state,
      inputResponses: { '2': accept('r') },
    });
    expect(Object.keys(half.result.inputRequests)).toEqual(['left']);
    const { requestState } = half.result;
    const declined = { requestState, inputResponses: { left: { action: 'decline' } } };
    const { result } = await asked(running, { name: 'together', ...declined });
    expect(result).toMatchObject({ resultType: 'complete', content: [{ text: '["decline","r"]' }] });
  });

  it.each([
    ['was forged', { requestState: 'AAAA' }],
    ['is 3 MB long', { requestState: 'A'.repeat(3_000_000) }],
    ['is no string', { requestState: { a: 1 } }],
    ['is null', { requestState: null }],
  ])('is refused when its state %s', async (_problem, params) => {
    const { status, error } = await asked(running, { name: 'one', ...params });
    expect([status, error]).toMatchObject([
      400,
      { code: -32602, message: expect.stringContaining('"requestState"') },
    ]);
  });

  it('is refused when its state was changed or belongs to another request', async () => {
    const { requestState } = (await asked(running, { name: 'one' })).result;
    const inputResponses = { '1': accept('x') };
    for (const [params, method] of [
      [{ name: 'one', requestState: `${requestState}-TAMPERED` }],
      [{ name: 'roots', requestState }],
      [{ name: 'one', arguments: { more: 1 }, requestState }],
      [{ name: 'prompt', requestState }, 'prompts/get'],
    ] as const) {
      const { error } = await asked(running, { ...params, inputResponses }, method);
      expect(error).toMatchObject({ code: -32602, message: expect.stringContaining('"requestState"') });
    }
  });

  it('is refused when its responses are no object', async () => {
    for (const inputResponses of [null, [], 'x', 7])
      expect((await asked(running, { name: 'one', inputResponses })).error).toMatchObject({
        code: -32602,
        message: 'Invalid params: "inputResponses" must be an object',
      });
  });

  it('may answer a question whose key it knows at once', async () => {
    const { result } = await asked(running, {
      name: 'together',
      inputResponses: { left: accept('l'), '2': accept('r') },
    });
    expect(Object.keys(result.inputRequests)).toEqual(['2']);
  });

  it('gets -32021 when its client lacks a capability, unless the handler catches that', async () => {
    const { error } = await asked(running, { name: 'roots' });
    expect(error).toMatchObject({ code: -32021, data: { requiredCapabilities: { roots: {} } } });
    const caught = await asked(running, { name: 'catching' });
    expect(caught.result).toMatchObject({ content: [{ text: 'caught: McpMissingCapabilityError' }] });
    const prompt = await asked(running, { name: 'prompt' }, 'prompts/get', {});
    expect(prompt.error).toMatchObject({ code: -32021, data: { requiredCapabilities: { elicitation: {} } } });
  });

  it('ends at the limit of rounds', async () => {
    let answer = await asked(running, { name: 'one' });
    let rounds = 0;
    while (answer.result.resultType === 'input_required') {
      rounds++;
      answer = await asked(running, { name: 'one', requestState: answer.result.requestState });
    }
    expect(rounds).toBe(64);
    expect(answer.result).toMatchObject({
      isError: true,
      content: [{ text: expect.stringContaining('"input.maxRounds"') }],
    });
  });
});
