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
import { McpContext, McpTool } from 'nestjs-mcp-sse';
import { catchError, defer, from, of, tap, type Observable } from 'rxjs';
import { connectModern } from '../clients/modern-client.js';
import { describeOnAdapters, type AdapterName } from '../fixtures/adapters.js';
import { said, textForm } from '../fixtures/asking/said.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';

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
  async dropping(ctx: McpContext): Promise<string> {
    void ctx.elicit(textForm('dropped?'));
    return 'dropped';
  }
}

/** A user who says something else each time. */
function user(): (params: { readonly message: string }) => { action: 'accept'; content: { text: string } } {
  let answers = 0;
  return ({ message }) => ({
    action: 'accept',
    content: { text: message === 'more?' ? `answer ${++answers}` : `to ${message}` },
  });
}

const FORMER = { sse: SSEClientTransport, mcp: StreamableHTTPClientTransport };

/** Calls a tool with a client that answers. */
async function called(url: string, wire: 'modern' | 'sse' | 'mcp', name: string): Promise<unknown> {
  const answer = user();
  const client =
    wire === 'modern'
      ? await connectModern(url, { capabilities: { elicitation: {} } }, (asked) =>
          asked.setRequestHandler('elicitation/create', ({ params }) => answer(params)),
        )
      : new Client({ name: 'former', version: '1.0.0' }, { capabilities: { elicitation: {} } });
  if (client instanceof Client) {
    client.setRequestHandler(ElicitRequestSchema, ({ params }) => answer(params));
    await client.connect(new FORMER[wire as 'sse' | 'mcp'](new URL(`${url}/${wire}`)));
  }
  const { content, structuredContent, isError } = await client.callTool({ name });
  await client.close();
  return { content, structuredContent, isError };
}

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
