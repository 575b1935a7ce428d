import { describe, expect, it } from '@jest/globals';
import {
  Catch,
  HttpException,
  Injectable,
  UseFilters,
  UseGuards,
  type ArgumentsHost,
  type CanActivate,
  type ExceptionFilter,
  type INestApplication,
} from '@nestjs/common';
import { APP_FILTER, BaseExceptionFilter, HttpAdapterHost } from '@nestjs/core';
import { McpExecutionContext, McpTool } from 'nestjs-mcp-sse';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { appPerTest, textOf } from '../fixtures/app-per-test.js';
import { BusinessError, Failing, MASKED } from '../fixtures/failing.js';
import { MemoryLog } from '../fixtures/memory-log.js';

/** Catches business errors and answers in their place. */
@Catch(BusinessError)
class NamedFilter implements ExceptionFilter {
  constructor(private readonly name: string) {}

  catch(error: Error): string {
    return `${this.name} filter: ${error.message}`;
  }
}

describeOnAdapters('exception filters', (adapter) => {
  const { connect } = appPerTest(adapter);

  it('answer with what they return: the method one before the class one before the global one', async () => {
    @Injectable()
    @UseFilters(new NamedFilter('class'))
    class Tools {
      @McpTool()
      @UseFilters(new NamedFilter('method'))
      method() {
        throw new BusinessError('no stock');
      }
      @McpTool()
      class() {
        throw new BusinessError('no stock');
      }
    }
    const client = await connect({
      providers: [Tools, Failing],
      configure: (app) => void app.useGlobalFilters(new NamedFilter('global')),
    });
    expect(textOf(await client.callTool(1, 'method'))).toBe('method filter: no stock');
    expect(textOf(await client.callTool(2, 'class'))).toBe('class filter: no stock');
    expect(textOf(await client.callTool(3, 'business'))).toBe('global filter: no stock');
    expect(textOf(await client.callTool(4, 'conflict'))).toBe('isError: The order has been sent.');
  });

  it('catch exceptions of guards, and know the call', async () => {
    @Catch()
    class CallFilter implements ExceptionFilter {
      catch(error: Error, host: ArgumentsHost): string {
        const { call } = McpExecutionContext.create(host);
        const { method } = host.switchToHttp().getRequest<{ method: string }>();
        return `${host.getType()} ${method} ${call.kind} ${call.name}: ${error.message}`;
      }
    }
    const guard: CanActivate = {
      canActivate() {
        throw new BusinessError('not you');
      },
    };
    @Injectable()
    class Tools {
      @McpTool()
      @UseGuards(guard)
      guarded() {}
    }
    const client = await connect({
      providers: [Tools, { provide: APP_FILTER, useClass: CallFilter }],
    });
    expect(textOf(await client.callTool(1, 'guarded'))).toBe('mcp POST tool guarded: not you');
  });

  it('that return a result of the protocol decide whether it is an error', async () => {
    @Catch()
    class ResultFilter implements ExceptionFilter {
      catch(error: Error) {
        const content = [{ type: 'text', text: `sorry: ${error.message}` }];
        return Promise.resolve({ isError: true, content });
      }
    }
    const client = await connect({
      providers: [Failing],
      configure: (app) => void app.useGlobalFilters(new ResultFilter()),
    });
    expect(textOf(await client.callTool(1, 'business'))).toBe('isError: sorry: no stock');
  });

  it('leave an error, not a success, if they resolve to undefined', async () => {
    const caught: unknown[] = [];
    @Catch()
    class LoggingFilter implements ExceptionFilter {
      async catch(error: Error) {
        caught.push(error.message);
      }
    }
    const log = new MemoryLog();
    const client = await connect({
      providers: [Failing],
      configure: (app) => {
        app.useLogger(log);
        app.useGlobalFilters(new LoggingFilter());
      },
    });
    const text = textOf(await client.callTool(1, 'unknown'));
    expect(text).toMatch(MASKED);
    expect(log.lines.join()).toContain(MASKED.exec(text)![1]);
    expect(textOf(await client.callTool(2, 'conflict'))).toBe('isError: The order has been sent.');
    expect(caught).toEqual(['password=hunter2', 'The order has been sent.']);
  });

  it('leave a masked error if they throw', async () => {
    @Catch()
    class BrokenFilter implements ExceptionFilter {
      catch(): never {
        throw new Error('the filter is broken');
      }
    }
    const client = await connect({
      providers: [Failing],
      configure: (app) => void app.useGlobalFilters(new BrokenFilter()),
    });
    expect(textOf(await client.callTool(1, 'business'))).toMatch(MASKED);
  });
});

/** Ways in which catch-all filters of HTTP applications answer. */
const CATCH_ALL: [string, (app: INestApplication) => ExceptionFilter][] = [
  [
    'HttpAdapterHost',
    (app) => ({
      catch(error: unknown, host: ArgumentsHost) {
        const { httpAdapter } = app.get(HttpAdapterHost);
        const http = host.switchToHttp();
        const path: unknown = httpAdapter.getRequestUrl(http.getRequest());
        const status = error instanceof HttpException ? error.getStatus() : 500;
        httpAdapter.reply(http.getResponse(), { status, path }, status);
      },
    }),
  ],
  [
    'a response whose chain is returned',
    () => ({
      catch(_error: unknown, host: ArgumentsHost) {
        const response = host.switchToHttp().getResponse();
        return response.status(500).header('x-shape', 'own').send({ shape: 'own' });
      },
    }),
  ],
  [
    'an async method',
    () => ({
      async catch(_error: unknown, host: ArgumentsHost) {
        await host.switchToHttp().getResponse().status(500).send({ shape: 'own' });
      },
    }),
  ],
  ['BaseExceptionFilter', (app) => new BaseExceptionFilter(app.getHttpAdapter())],
];

describeOnAdapters('a catch-all filter that writes to the response', (adapter) => {
  const { connect } = appPerTest(adapter);

  describe.each(CATCH_ALL)('by %s', (_name, filterOf) => {
    it('does not change the error of a call', async () => {
      const client = await connect({
        providers: [Failing],
        configure: (app) => void app.useGlobalFilters(filterOf(app)),
      });
      expect(textOf(await client.callTool(1, 'unknown'))).toMatch(MASKED);
      expect(textOf(await client.callTool(2, 'conflict'))).toBe('isError: The order has been sent.');
      expect(textOf(await client.callTool(3, 'nothing'))).toBe(
        'JSON-RPC error -32602: Unknown tool: nothing',
      );
    });
  });
});
