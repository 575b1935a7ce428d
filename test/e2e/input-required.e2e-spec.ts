import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  Injectable,
  UseFilters,
  UseInterceptors,
  type ArgumentsHost,
  type CallHandler,
  type ExceptionFilter,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ElicitRequestSchema } from '@modelcontextprotocol/sdk/types.js';
import { McpClientError, McpContext, McpPrompt, McpResource, McpTool } from 'nestjs-mcp-sse';
import { catchError, defer, from, of, tap, type Observable } from 'rxjs';
import { connectModern } from '../clients/modern-client.js';
import { modernRpc, postModern } from '../clients/modern-wire-client.js';
import { describeOnAdapters, type AdapterName } from '../fixtures/adapters.js';
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

const asks = (message: string) => ({
  message,
  requestedSchema: { type: 'object' as const, properties: { text: { type: 'string' as const } } },
});

/** What happened to the transactions and steps of a call. */
const journal: string[] = [];

@Injectable()
class Transaction implements NestInterceptor {
  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next.handle().pipe(
      tap(() => journal.push('commit')),
      catchError((error: Error) => {
        journal.push('rollback');
        throw error;
      }),
    );
  }
}

/** A filter that answers every exception, as applications have. */
class AnsweringFilter implements ExceptionFilter {
  catch(_error: unknown, _host: ArgumentsHost): string {
    return 'a filter answered';
  }
}

@Injectable()
class Asking {
  @McpTool()
  one(ctx: McpContext): Promise<string> {
    return said(ctx, 'name?');
  }

  @McpTool()
  async three(ctx: McpContext): Promise<string[]> {
    return [await said(ctx, 'first?'), await said(ctx, 'second?'), await said(ctx, 'third?')];
  }

  @McpTool()
  together(ctx: McpContext): Promise<string[]> {
    return Promise.all([said(ctx, 'left?', 'left'), said(ctx, 'right?')]);
  }

  @McpTool()
  async loop(ctx: McpContext): Promise<string[]> {
    const all: string[] = [];
    for (let time = 0; time < 3; time++) all.push(await said(ctx, 'more?'));
    return all;
  }

  @McpTool()
  async step(ctx: McpContext): Promise<object> {
    const order = await ctx.once('order', () => {
      journal.push('ordered');
      return { placed: new Date(0) };
    });
    return { order, sure: await said(ctx, 'sure?') };
  }

  @McpTool()
  @UseInterceptors(Transaction)
  async transaction(ctx: McpContext): Promise<string> {
    return said(ctx, 'commit?');
  }

  @McpTool()
  @UseFilters(AnsweringFilter)
  filtered(ctx: McpContext): Promise<string> {
    return said(ctx, 'filtered?');
  }

  @McpTool()
  async stubborn(ctx: McpContext): Promise<string> {
    return said(ctx, 'stubborn?').catch(() => 'went on');
  }

  @McpTool()
  observed(ctx: McpContext): Observable<string> {
    return defer(() => from(said(ctx, 'observed?'))).pipe(catchError(() => of('went on')));
  }

  @McpTool()
  async *generated(ctx: McpContext): AsyncGenerator<string> {
    yield 'first';
    yield await said(ctx, 'generated?');
  }

  @McpTool()
  async twice(ctx: McpContext): Promise<unknown> {
    return Promise.all([said(ctx, 'a?', 'key'), said(ctx, 'b?', 'key')]).catch(String);
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

  @McpTool()
  async dropping(ctx: McpContext): Promise<string> {
    void ctx.elicit(asks('dropped?'));
    return 'dropped';
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

async function said(ctx: McpContext, message: string, key?: string): Promise<string> {
  const { action, content } = await ctx.elicit(asks(message), { key });
  return action === 'accept' ? String(content?.['text']) : action;
}

/** A user who says something else each time. */
function user(): (params: { readonly message: string }) => { action: 'accept'; content: { text: string } } {
  let answers = 0;
  return ({ message }) => ({
    action: 'accept',
    content: { text: message === 'more?' ? `answer ${++answers}` : `to ${message}` },
  });
}

const capabilities = { elicitation: {} };
const FORMER = { sse: SSEClientTransport, mcp: StreamableHTTPClientTransport };

/** Calls a tool with a client that answers. */
async function called(url: string, wire: 'modern' | 'sse' | 'mcp', name: string): Promise<unknown> {
  const answer = user();
  const client =
    wire === 'modern'
      ? await connectModern(url, { capabilities }, (asked) =>
          asked.setRequestHandler('elicitation/create', ({ params }) => answer(params)),
        )
      : new Client({ name: 'former', version: '1.0.0' }, { capabilities });
  if (client instanceof Client) {
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => answer(params));
    await client.connect(new FORMER[wire as 'sse' | 'mcp'](new URL(`${url}/${wire}`)));
  }
  const { content, structuredContent, isError } = await client.callTool({ name });
  await client.close();
  return { content, structuredContent, isError };
}

async function asked(
  { url }: RunningApp,
  params: Record<string, unknown> & { readonly name?: string; readonly uri?: string },
  method = 'tools/call',
  clientCapabilities: object = capabilities,
): Promise<ModernAnswer> {
  const response = await postModern(url, modernRpc(1, method, params, clientCapabilities));
  return { status: response.status, ...((await response.json()) as Omit<ModernAnswer, 'status'>) };
}

const accept = (text: string) => ({ action: 'accept', content: { text } });

describe('a question of a handler', () => {
  const ONCE = ['ordered'];
  const outcomes: readonly [tool: string, value: unknown, journal?: readonly string[]][] = [
    ['one', 'to name?'],
    ['three', ['to first?', 'to second?', 'to third?']],
    ['together', ['to left?', 'to right?']],
    ['loop', ['answer 1', 'answer 2', 'answer 3']],
    ['step', { order: { placed: '1970-01-01T00:00:00.000Z' }, sure: 'to sure?' }, ONCE],
    ['transaction', 'to commit?', ['commit']],
    ['filtered', 'to filtered?'],
    ['stubborn', 'to stubborn?'],
    ['observed', 'to observed?'],
    ['generated', 'to generated?'],
    ['dropping', 'dropped'],
  ];

  describeOnAdapters('has one outcome', (adapter: AdapterName) => {
    let running: RunningApp;
    beforeEach(async () => {
      journal.splice(0);
      running = await startApp({ adapter, providers: [Asking] });
    });
    afterEach(() => running.close());

    it.each(outcomes)('in both eras: %s', async (tool, value, done = []) => {
      for (const wire of ['sse', 'mcp', 'modern'] as const) {
        journal.splice(0);
        const text = typeof value === 'string' ? value : JSON.stringify(value);
        expect(await called(running.url, wire, tool)).toMatchObject({ content: [{ type: 'text', text }] });
        expect(journal.filter((entry) => entry !== 'rollback')).toEqual(done);
      }
    });

    it('rolls the transaction of each unfinished run back', async () => {
      await called(running.url, 'modern', 'transaction');
      expect(journal).toEqual(['rollback', 'commit']);
    });

    it('refuses two questions with one key in both eras', async () => {
      for (const wire of ['sse', 'modern'] as const)
        expect(await called(running.url, wire, 'twice')).toMatchObject({
          content: [{ text: expect.stringContaining('have the key "key"') }],
        });
    });
  });
});

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
      inputRequests: { '1': { method: 'elicitation/create', params: asks(message) } },
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
      [{ name: 'three', requestState }],
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
