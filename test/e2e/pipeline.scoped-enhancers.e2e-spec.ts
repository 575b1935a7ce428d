import { afterEach, expect, it } from '@jest/globals';
import {
  Inject,
  Injectable,
  Module,
  Scope,
  UseGuards,
  UseInterceptors,
  UsePipes,
  type CallHandler,
  type CanActivate,
  type ExecutionContext,
  type NestInterceptor,
  type PipeTransform,
} from '@nestjs/common';
import { APP_GUARD, APP_INTERCEPTOR, APP_PIPE, REQUEST } from '@nestjs/core';
import { McpTool } from 'nestjs-mcp-sse';
import { map, type Observable } from 'rxjs';
import { WireClient } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { itOnLaterNest } from '../fixtures/on-nest.js';
import { appPerTest, textOf } from '../fixtures/app-per-test.js';
import { callWith, type PostRequest } from '../fixtures/post-with-headers.js';

const ANYTHING = { type: 'object' } as const;

/** Counts instances of the class that extends it. */
let instances = 0;

class Counted {
  readonly instance = ++instances;
}

/** What the request-scoped enhancers below depend on. */
@Injectable({ scope: Scope.REQUEST })
class RequestInfo extends Counted {
  constructor(@Inject(REQUEST) readonly request: PostRequest) {
    super();
  }
}

@Injectable()
class ScopedGuard implements CanActivate {
  constructor(@Inject(RequestInfo) private readonly info: RequestInfo) {}

  canActivate(context: ExecutionContext): boolean {
    const isOwn = this.info.request === context.switchToHttp().getRequest();
    return isOwn && this.info.request.headers['x-deny'] === undefined;
  }
}

@Injectable()
class ScopedInterceptor implements NestInterceptor {
  constructor(@Inject(RequestInfo) private readonly info: RequestInfo) {}

  intercept(_context: ExecutionContext, next: CallHandler): Observable<unknown> {
    return next
      .handle()
      .pipe(map((value) => `${this.info.request.headers['x-call']}(${JSON.stringify(value)})`));
  }
}

@Injectable()
class ScopedPipe implements PipeTransform {
  constructor(@Inject(RequestInfo) private readonly info: RequestInfo) {}

  transform(value: object): object {
    return { ...value, by: this.info.request.headers['x-call'] };
  }
}

@Injectable()
class Tools {
  @McpTool({ input: ANYTHING })
  plain(args: object) {
    return JSON.stringify(args);
  }
}

@Injectable()
class GuardedTools {
  @McpTool()
  @UseGuards(ScopedGuard)
  guarded() {
    return 'passed';
  }

  @McpTool()
  @UseInterceptors(ScopedInterceptor)
  intercepted() {
    return 'it';
  }

  @McpTool({ input: ANYTHING })
  @UsePipes(ScopedPipe)
  piped(args: object) {
    return JSON.stringify(args);
  }
}

describeOnAdapters('request-scoped enhancers', (adapter) => {
  const { connect, start } = appPerTest(adapter);

  afterEach(() => void (instances = 0));

  itOnLaterNest(
    'of a method run with their dependencies, on a provider that is not request-scoped itself',
    async () => {
      @Module({ providers: [RequestInfo, GuardedTools] })
      class ToolsModule {}
      const client = await connect({ imports: [ToolsModule] });
      expect(await callWith(client, {}, 1, 'guarded')).toBe('passed');
      expect(await callWith(client, { 'x-deny': '1' }, 2, 'guarded')).toBe('isError: Forbidden resource');
      expect(await callWith(client, { 'x-call': 'third' }, 3, 'intercepted')).toBe('third("it")');
      expect(await callWith(client, { 'x-call': 'fourth' }, 4, 'piped')).toBe('{"by":"fourth"}');
    },
  );

  it('that are a global guard run on the routes and on each call', async () => {
    const { url } = await start({
      providers: [RequestInfo, Tools, { provide: APP_GUARD, useClass: ScopedGuard, scope: Scope.REQUEST }],
      options: { auth: 'app' },
    });
    const refused = await WireClient.open(`${url}/sse`, { 'x-deny': '1' });
    expect(refused.response.statusCode).toBe(403);
    const client = await WireClient.connect(`${url}/sse`);
    expect(await callWith(client, {}, 1, 'plain')).toBe('{}');
    const { status } = await client.post({ jsonrpc: '2.0', id: 2, method: 'ping' }, { 'x-deny': '1' });
    expect(status).toBe(403);
  });

  it('that are a global guard can refuse calls alone', async () => {
    @Injectable()
    class CallGuard extends ScopedGuard {
      override canActivate(context: ExecutionContext): boolean {
        return context.getType<string>() === 'http' || super.canActivate(context);
      }
    }
    const client = await connect({
      providers: [RequestInfo, Tools, { provide: APP_GUARD, useClass: CallGuard, scope: Scope.REQUEST }],
    });
    expect(await callWith(client, { 'x-deny': '1' }, 1, 'plain')).toBe('isError: Forbidden resource');
    expect(await callWith(client, {}, 2, 'plain')).toBe('{}');
  });

  it('that are a global interceptor wrap results, and neither the stream nor the 202', async () => {
    const client = await connect({
      providers: [
        RequestInfo,
        Tools,
        { provide: APP_INTERCEPTOR, useClass: ScopedInterceptor, scope: Scope.REQUEST },
      ],
    });
    expect(client.events[0]!.data).toBe(`/messages?sessionId=${await client.sessionId()}`);
    const { status, body } = await client.post(
      { jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'plain' } },
      { 'x-call': 'call' },
    );
    expect([status, body]).toEqual([202, '']);
    expect(textOf(await client.answer(1))).toBe('call("{}")');
  });

  it('that are a global pipe transform arguments', async () => {
    const client = await connect({
      providers: [RequestInfo, Tools, { provide: APP_PIPE, useClass: ScopedPipe, scope: Scope.REQUEST }],
    });
    expect(await callWith(client, { 'x-call': 'call' }, 1, 'plain')).toBe('{"by":"call"}');
  });
});
