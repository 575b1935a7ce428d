import { expect, it } from '@jest/globals';
import {
  Catch,
  Injectable,
  UseGuards,
  type ArgumentsHost,
  type CallHandler,
  type CanActivate,
  type ExceptionFilter,
  type ExecutionContext,
  type NestInterceptor,
} from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR } from '@nestjs/core';
import { ThrottlerModule } from '@nestjs/throttler';
import {
  McpArgs,
  type McpContext,
  McpCtx,
  McpExecutionContext,
  McpPrincipal,
  McpTool,
  McpUriParam,
} from 'nestjs-mcp-sse';
import { McpThrottlerGuard } from 'nestjs-mcp-sse/throttler';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { appPerTest, textOf } from '../fixtures/app-per-test.js';
import { ForeignCalls, ForeignModule } from '../fixtures/foreign-calls.js';
import type { RunningApp } from '../fixtures/start-app.js';

const FOREIGN_CONTEXT = { authInfo: { clientId: 'support-desk' } };
const ARGUMENTS = { name: 'Ada' };

@Injectable()
class Own {
  @McpTool()
  mine(ctx: McpContext): string {
    return `mine ${ctx.requestId}`;
  }
  @McpTool()
  failing(): void {
    throw new Error('failed');
  }
}

@Injectable()
class Foreign {
  theirs(args: { name: string }): string {
    return `theirs ${args.name}`;
  }
  failing(): void {
    throw new Error('failed');
  }
}

/** What an enhancer of the application learns of what it runs for. */
function seen(host: ArgumentsHost): string {
  if (host.getType<string>() !== 'mcp') return host.getType();
  if (!McpExecutionContext.isOwnCall(host)) return `foreign ${JSON.stringify(host.getArgByIndex(1))}`;
  const { call, principal } = McpExecutionContext.create(host);
  return `own ${call.name} by ${principal.subject}`;
}

const theirs = ({ app }: RunningApp, type: new (...args: never[]) => object, method: string) =>
  app.get(ForeignCalls).call(type, method, ARGUMENTS, FOREIGN_CONTEXT);

describeOnAdapters('calls of another module with the context type mcp', (adapter) => {
  const { start, connect } = appPerTest(adapter);

  it('are told apart by guards, interceptors and filters', async () => {
    const log: string[] = [];
    const note = (what: string, host: ArgumentsHost) => {
      if (host.getType<string>() === 'mcp') log.push(`${what}: ${seen(host)}`);
    };
    class Guard implements CanActivate {
      canActivate(context: ExecutionContext): boolean {
        note('guard', context);
        return true;
      }
    }
    class Interceptor implements NestInterceptor {
      intercept(context: ExecutionContext, next: CallHandler) {
        note('interceptor', context);
        return next.handle();
      }
    }
    @Catch()
    class Filter implements ExceptionFilter {
      catch(error: Error, host: ArgumentsHost): never {
        note('filter', host);
        throw error;
      }
    }
    let running: RunningApp | undefined;
    const client = await connect({
      imports: [ForeignModule.with(Foreign)],
      providers: [
        Own,
        { provide: APP_GUARD, useClass: Guard },
        { provide: APP_INTERCEPTOR, useClass: Interceptor },
        { provide: APP_FILTER, useClass: Filter },
      ],
      configure: (app) => void (running = { app } as RunningApp),
    });
    expect(textOf(await client.callTool(1, 'mine'))).toBe('mine 1');
    expect(log.splice(0)).toEqual(['guard: own mine by anonymous', 'interceptor: own mine by anonymous']);
    await client.callTool(2, 'failing');
    expect(log.splice(0).at(-1)).toBe('filter: own failing by anonymous');

    const foreign = `foreign ${JSON.stringify(FOREIGN_CONTEXT)}`;
    expect(await theirs(running!, Foreign, 'theirs')).toBe('theirs Ada');
    expect(log.splice(0)).toEqual([`guard: ${foreign}`, `interceptor: ${foreign}`]);
    await expect(theirs(running!, Foreign, 'failing')).rejects.toThrow('failed');
    expect(log.splice(0).at(-1)).toBe(`filter: ${foreign}`);
  });

  it('have no McpExecutionContext, and the error says so', async () => {
    @Injectable()
    @UseGuards({ canActivate: (context) => McpExecutionContext.create(context).principal.roles.length === 0 })
    class Guarded extends Foreign {}
    const running = await start({ imports: [ForeignModule.with(Guarded)] });
    await expect(theirs(running, Guarded, 'theirs')).rejects.toThrow(
      /another module makes.*McpExecutionContext\.isOwnCall\(\)/,
    );
  });

  it.each([
    ['McpCtx', 'context'],
    ['McpArgs', 'args'],
    ['McpPrincipal', 'principal'],
    ['McpUriParam', 'variable'],
  ])('get an error for a parameter with @%s()', async (decorator, method) => {
    @Injectable()
    class Shared {
      context(@McpCtx() _ctx: unknown) {}
      args(@McpArgs() _args: unknown) {}
      principal(@McpPrincipal() _principal: unknown) {}
      variable(@McpUriParam('id') _id: unknown) {}
    }
    const running = await start({ imports: [ForeignModule.with(Shared)] });
    await expect(theirs(running, Shared, method)).rejects.toThrow(
      new RegExp(`^Shared\\.${method} has a parameter with @${decorator}\\(\\), .* type "mcp"`),
    );
  });

  const LIMITED = ThrottlerModule.forRoot([{ limit: 1, ttl: 60_000 }]);

  it('pass a global McpThrottlerGuard, which counts the requests that carry them', async () => {
    let running: RunningApp | undefined;
    const client = await connect({
      imports: [ForeignModule.with(Foreign), ThrottlerModule.forRoot([{ limit: 3, ttl: 60_000 }])],
      providers: [Own, { provide: APP_GUARD, useClass: McpThrottlerGuard }],
      configure: (app) => void (running = { app } as RunningApp),
    });
    for (let count = 0; count < 5; count++)
      expect(await theirs(running!, Foreign, 'theirs')).toBe('theirs Ada');
    expect(textOf(await client.callTool(1, 'mine'))).toBe('mine 1');
  });

  it('are not limited by a McpThrottlerGuard on their method, and the error says so', async () => {
    @Injectable()
    class Guarded {
      @UseGuards(McpThrottlerGuard)
      theirs(): void {}
    }
    const running = await start({ imports: [ForeignModule.with(Guarded), LIMITED] });
    await expect(theirs(running, Guarded, 'theirs')).rejects.toThrow(
      /^Guarded\.theirs: McpThrottlerGuard limits the calls that nestjs-mcp-sse makes/,
    );
  });
});
