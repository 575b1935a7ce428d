import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import {
  BadRequestException,
  Catch,
  ConflictException,
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
import { ErrorCode, McpError } from '@modelcontextprotocol/sdk/types.js';
import { JsonRpcError, McpExecutionContext, McpPrompt, McpResource, McpTool } from 'nestjs-mcp-sse';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { appPerTest, textOf } from '../fixtures/app-per-test.js';
import { MemoryLog } from '../fixtures/memory-log.js';

const MASKED = /^isError: Internal error \(correlation id ([\w-]{36})\)$/;

class BusinessError extends Error {}

/** Catches business errors and answers in their place. */
@Catch(BusinessError)
class NamedFilter implements ExceptionFilter {
  constructor(private readonly name: string) {}

  catch(error: Error): string {
    return `${this.name} filter: ${error.message}`;
  }
}

@Injectable()
class Failing {
  @McpTool()
  business() {
    throw new BusinessError('no stock');
  }
  @McpTool()
  unknown() {
    throw new Error('password=hunter2');
  }
  @McpTool()
  conflict() {
    throw new ConflictException('The order has been sent.');
  }
  @McpTool()
  ours() {
    throw new JsonRpcError(-32000, 'Ours');
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

describeOnAdapters('errors', (adapter) => {
  const { connect } = appPerTest(adapter);

  it('that are HTTP exceptions show their message, all others a correlation id of the log', async () => {
    const log = new MemoryLog();
    const client = await connect({
      providers: [Failing],
      configure: (app) => app.useLogger(log),
    });
    expect(textOf(await client.callTool(1, 'conflict'))).toBe('isError: The order has been sent.');
    const text = textOf(await client.callTool(2, 'unknown'));
    expect(text).toMatch(MASKED);
    const logged = log.lines.find((line) => line.includes(MASKED.exec(text)![1]!));
    expect(logged).toContain('tools/call unknown failed: password=hunter2');
  });

  it('that are masked are logged once, with their stack; those that the client is told are not', async () => {
    const log = new MemoryLog();
    const client = await connect({
      providers: [Failing],
      configure: (app) => app.useLogger(log),
    });
    await client.callTool(1, 'unknown');
    await client.callTool(2, 'conflict');
    await client.callTool(3, 'ours');
    const errors = log.lines.filter((line) => line.startsWith('error'));
    expect(errors).toEqual([expect.stringMatching(/correlation id [^]*at Failing\.unknown/)]);
  });

  it('of the protocol become JSON-RPC errors, ours and those of the SDK', async () => {
    const guard: CanActivate = {
      canActivate() {
        throw new JsonRpcError(-32042, 'Log in first', { url: 'https://login.example' });
      },
    };
    @Injectable()
    class Features {
      @McpTool()
      ours() {
        throw new JsonRpcError(-32000, 'Ours', { detail: 1 });
      }
      @McpTool()
      async sdk() {
        await Promise.resolve();
        throw new McpError(ErrorCode.InvalidParams, 'Of the SDK', { detail: 2 });
      }
      @McpTool()
      @UseGuards(guard)
      guarded() {}
      @McpResource({ uri: 'it://1' })
      resource() {
        throw new JsonRpcError(-32001, 'Of a resource');
      }
    }
    const client = await connect({ providers: [Features] });
    const { error: ours } = await client.callTool(1, 'ours');
    expect(ours).toEqual({ code: -32000, message: 'Ours', data: { detail: 1 } });
    const { error: sdk } = await client.callTool(2, 'sdk');
    expect(sdk).toEqual({ code: -32602, message: 'Of the SDK', data: { detail: 2 } });
    const { error: guarded } = await client.callTool(3, 'guarded');
    expect(guarded).toEqual({
      code: -32042,
      message: 'Log in first',
      data: { url: 'https://login.example' },
    });
    const { error: resource } = await client.call(4, 'resources/read', { uri: 'it://1' });
    expect(resource).toEqual({ code: -32001, message: 'Of a resource' });
  });

  it("become JSON-RPC errors when a CommonJS application throws the SDK's McpError", async () => {
    const commonJs = createRequire(import.meta.url)('@modelcontextprotocol/sdk/types.js') as {
      McpError: typeof McpError;
    };
    expect(commonJs.McpError).not.toBe(McpError);
    @Injectable()
    class Features {
      @McpTool()
      tool() {
        throw new commonJs.McpError(-32050, 'Of a tool', { detail: 1 });
      }
      @McpPrompt()
      prompt() {
        throw new commonJs.McpError(-32051, 'Of a prompt');
      }
    }
    const client = await connect({ providers: [Features] });
    const { error: ofTool } = await client.callTool(1, 'tool');
    expect(ofTool).toEqual({ code: -32050, message: 'Of a tool', data: { detail: 1 } });
    const { error: ofPrompt } = await client.call(2, 'prompts/get', { name: 'prompt' });
    expect(ofPrompt).toEqual({ code: -32051, message: 'Of a prompt' });
  });

  it('of the protocol pass a catch-all filter of HTTP', async () => {
    @Injectable()
    class Tools {
      @McpTool()
      ours() {
        throw new JsonRpcError(-32000, 'Ours');
      }
    }
    const client = await connect({
      providers: [Tools],
      configure: (app) => void app.useGlobalFilters(new BaseExceptionFilter(app.getHttpAdapter())),
    });
    const { error } = await client.callTool(1, 'ours');
    expect(error).toEqual({ code: -32000, message: 'Ours' });
  });

  it('of resources and prompts are JSON-RPC errors with a permitted message or a correlation id', async () => {
    @Injectable()
    class Features {
      @McpResource({ uri: 'it://{id}' })
      resource() {
        throw new BadRequestException('No such id.');
      }
      @McpPrompt()
      prompt() {
        throw new Error('password=hunter2');
      }
    }
    const client = await connect({ providers: [Features] });
    const { error: ofResource } = await client.call(1, 'resources/read', { uri: 'it://1' });
    expect(ofResource).toEqual({ code: -32602, message: 'No such id.' });
    const { error: ofPrompt } = await client.call(2, 'prompts/get', { name: 'prompt' });
    expect(ofPrompt).toEqual({ code: -32603, message: expect.stringMatching(/^Internal error \(corr/) });
  });

  it('that are not an Error are masked too', async () => {
    @Injectable()
    class Tools {
      @McpTool()
      string() {
        // oxlint-disable-next-line no-throw-literal
        throw 'password=hunter2';
      }
      @McpTool()
      nothing() {
        // oxlint-disable-next-line prefer-promise-reject-errors
        return Promise.reject();
      }
    }
    const client = await connect({ providers: [Tools] });
    expect(textOf(await client.callTool(1, 'string'))).toMatch(MASKED);
    expect(textOf(await client.callTool(2, 'nothing'))).toMatch(MASKED);
  });
});
