import { expect, it } from '@jest/globals';
import {
  HttpException,
  Inject,
  Injectable,
  Module,
  Req,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import { APP_GUARD, Reflector } from '@nestjs/core';
import { AuthGuard, PassportModule, PassportStrategy } from '@nestjs/passport';
import jwt from 'jsonwebtoken';
import {
  McpContext,
  McpExecutionContext,
  McpPrompt,
  McpResource,
  McpTool,
  type McpCall,
} from 'nestjs-mcp-sse';
import { ExtractJwt, Strategy } from 'passport-jwt';
import type { WireClient } from '../clients/wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { itOnLaterNest } from '../fixtures/on-nest.js';
import { appPerTest, textOf } from '../fixtures/app-per-test.js';

const ANYTHING = { type: 'object' } as const;

/** Calls a tool by a POST that has headers of its own. */
async function callWith(
  client: WireClient,
  headers: Record<string, string>,
  id: number,
  name: string,
): Promise<Record<string, any>> {
  await client.post({ jsonrpc: '2.0', id, method: 'tools/call', params: { name } }, headers);
  return client.answer(id);
}

describeOnAdapters('guards', (adapter) => {
  const { connect } = appPerTest(adapter);

  it('see the request of the POST that carries the call: global, then class, then method', async () => {
    const seen: unknown[] = [];
    class RecordingGuard implements CanActivate {
      constructor(private readonly name: string) {}
      canActivate(context: ExecutionContext): boolean {
        const { method, headers } = context
          .switchToHttp()
          .getRequest<{ method: string; headers: Record<string, string> }>();
        if (context.getType<string>() === 'mcp') seen.push([this.name, method, headers['x-call']]);
        return true;
      }
    }
    @Injectable()
    @UseGuards(new RecordingGuard('class'))
    class Tools {
      @McpTool()
      @UseGuards(new RecordingGuard('method'))
      guarded() {
        return 'passed';
      }
    }
    const client = await connect(
      {
        providers: [Tools, { provide: APP_GUARD, useValue: new RecordingGuard('APP_GUARD') }],
        configure: (app) => void app.useGlobalGuards(new RecordingGuard('useGlobalGuards')),
      },
      { 'x-call': 'the stream' },
    );
    await callWith(client, { 'x-call': 'first' }, 1, 'guarded');
    expect(textOf(await callWith(client, { 'x-call': 'second' }, 2, 'guarded'))).toBe('passed');
    const order = ['APP_GUARD', 'useGlobalGuards', 'class', 'method'];
    expect(seen).toEqual([
      ...order.map((name) => [name, 'POST', 'first']),
      ...order.map((name) => [name, 'POST', 'second']),
    ]);
  });

  it("made with passport decide by each POST's own token", async () => {
    const secret = 'a secret of at least thirty-two bytes';
    @Injectable()
    class TokenStrategy extends PassportStrategy(Strategy) {
      constructor() {
        super({ jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(), secretOrKey: secret });
      }
      validate(claims: object): object {
        return claims;
      }
    }
    @Injectable()
    class Tools {
      @McpTool()
      @UseGuards(AuthGuard('jwt'))
      whoami(@Req() request: { user: { sub: string } }) {
        return request.user.sub;
      }
    }
    const client = await connect({ imports: [PassportModule], providers: [TokenStrategy, Tools] });
    const bearer = (sub: string) => ({ authorization: `Bearer ${jwt.sign({ sub }, secret)}` });
    expect(textOf(await callWith(client, bearer('ada'), 1, 'whoami'))).toBe('ada');
    expect(textOf(await callWith(client, bearer('bob'), 2, 'whoami'))).toBe('bob');
    expect(textOf(await callWith(client, {}, 3, 'whoami'))).toBe('isError: Unauthorized');
  });

  it('get the call, principal, arguments and context from McpExecutionContext', async () => {
    let seen: McpExecutionContext | undefined;
    const guard: CanActivate = {
      canActivate(context) {
        seen = McpExecutionContext.create(context);
        return true;
      },
    };
    @Injectable()
    class Tools {
      @McpTool({ input: ANYTHING })
      @UseGuards(guard)
      find(args: unknown) {
        return JSON.stringify(args);
      }
    }
    const client = await connect({
      providers: [Tools],
      options: { principal: () => ({ subject: 'ada', scopes: [], roles: ['admin'], claims: {} }) },
    });
    await client.callTool('id-1', 'find', { customer: 7 });
    expect(seen!.call).toMatchObject({ kind: 'tool', name: 'find' } satisfies Partial<McpCall>);
    expect(seen!.principal).toMatchObject({ subject: 'ada', roles: ['admin'] });
    expect(seen!.arguments).toEqual({ customer: 7 });
    expect(seen!.context).toBeInstanceOf(McpContext);
    expect(seen!.context.requestId).toBe('id-1');
  });

  it('outside of a call learn that there is none', async () => {
    const thrown: unknown[] = [];
    const guard: CanActivate = {
      canActivate(context) {
        try {
          McpExecutionContext.create(context);
        } catch (error) {
          thrown.push(error);
        }
        return true;
      },
    };
    await connect({ configure: (app) => void app.useGlobalGuards(guard) });
    expect(thrown).toEqual([new TypeError('McpExecutionContext needs a context of type "mcp", not "http".')]);
  });

  it('find metadata on the method and its class by getHandler() and getClass()', async () => {
    const Roles = Reflector.createDecorator<string[]>();
    const seen: unknown[] = [];
    @Injectable()
    class RolesGuard implements CanActivate {
      constructor(private readonly reflector: Reflector) {}
      canActivate(context: ExecutionContext): boolean {
        const [handler, type] = [context.getHandler(), context.getClass()];
        seen.push(handler.name, type.name, this.reflector.getAllAndMerge(Roles, [type, handler]));
        return true;
      }
    }
    @Injectable()
    @Roles(['of the class'])
    class Tools {
      @McpTool({ name: 'renamed' })
      @Roles(['of the method'])
      @UseGuards(RolesGuard)
      guarded() {
        return 'passed';
      }
    }
    const client = await connect({ providers: [Tools] });
    expect(textOf(await client.callTool(1, 'renamed'))).toBe('passed');
    expect(seen).toEqual(['guarded', 'Tools', ['of the class', 'of the method']]);
  });

  itOnLaterNest(
    "are created with dependencies of the provider's own module, without being listed in it",
    async () => {
      @Injectable()
      class RegionGuard implements CanActivate {
        constructor(@Inject('REGION') private readonly region: string) {}
        canActivate(): boolean {
          throw new HttpException(`the guard of ${this.region}`, 418);
        }
      }
      @Injectable()
      class North {
        @McpTool()
        @UseGuards(RegionGuard)
        north() {}
      }
      @Injectable()
      @UseGuards(RegionGuard)
      class South {
        @McpTool()
        south() {}
      }
      @Module({ providers: [North, { provide: 'REGION', useValue: 'the north' }] })
      class NorthModule {}
      @Module({
        providers: [
          { provide: 'TOOLS', useClass: South },
          { provide: 'REGION', useValue: 'the south' },
        ],
      })
      class SouthModule {}
      const client = await connect({ imports: [NorthModule, SouthModule] });
      expect(textOf(await client.callTool(1, 'north'))).toBe('isError: the guard of the north');
      expect(textOf(await client.callTool(2, 'south'))).toBe('isError: the guard of the south');
    },
  );

  it('that refuse keep the handler from being called', async () => {
    let calls = 0;
    @Injectable()
    @UseGuards({ canActivate: () => Promise.resolve(false) })
    class Refused {
      @McpTool({ input: ANYTHING })
      tool(_args: unknown) {
        calls++;
      }
      @McpResource({ uri: 'refused://it' })
      resource() {
        calls++;
      }
      @McpPrompt()
      prompt() {
        calls++;
      }
    }
    const client = await connect({ providers: [Refused] });
    expect(textOf(await client.callTool(1, 'tool'))).toBe('isError: Forbidden resource');
    const refusal = { code: -32600, message: 'Forbidden resource' };
    const { error: ofResource } = await client.call(2, 'resources/read', { uri: 'refused://it' });
    const { error: ofPrompt } = await client.call(3, 'prompts/get', { name: 'prompt' });
    expect([ofResource, ofPrompt, calls]).toEqual([refusal, refusal, 0]);
  });
});
