import { afterEach, expect, it } from '@jest/globals';
import {
  Inject,
  Injectable,
  Scope,
  UseGuards,
  type CanActivate,
  type ExecutionContext,
} from '@nestjs/common';
import {
  ContextIdFactory,
  REQUEST,
  type ContextId,
  type ContextIdStrategy,
  type HostComponentInfo,
} from '@nestjs/core';
import { McpContext, McpResource, McpTool } from 'nestjs-mcp-sse';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { itOnLaterNest } from '../fixtures/on-nest.js';
import { appPerTest, textOf } from '../fixtures/app-per-test.js';
import { callWith, type PostRequest } from '../fixtures/post-with-headers.js';

/** Counts instances of the class that extends it. */
let instances = 0;

class Counted {
  readonly instance = ++instances;
}

describeOnAdapters('request-scoped providers', (adapter) => {
  const { connect } = appPerTest(adapter);

  afterEach(() => void (instances = 0));

  it('are created for each call, with the request of its POST', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Tools extends Counted {
      constructor(@Inject(REQUEST) private readonly request: PostRequest) {
        super();
      }
      @McpTool()
      scoped() {
        return `${this.instance} ${this.request.method} ${this.request.headers['x-call']}`;
      }
    }
    const client = await connect({ providers: [Tools] }, { 'x-call': 'the stream' });
    expect(await callWith(client, { 'x-call': 'first' }, 1, 'scoped')).toBe('1 POST first');
    expect(await callWith(client, { 'x-call': 'second' }, 2, 'scoped')).toBe('2 POST second');
  });

  itOnLaterNest('make their dependents request-scoped, and are shared within one call', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Tenant extends Counted {
      constructor(@Inject(REQUEST) private readonly request: PostRequest) {
        super();
      }
      get name() {
        return `${this.request.headers['x-tenant']}#${this.instance}`;
      }
    }
    @Injectable()
    class TenantGuard implements CanActivate {
      constructor(private readonly tenant: Tenant) {}
      canActivate(context: ExecutionContext): boolean {
        context.switchToHttp().getRequest().tenant = this.tenant.name;
        return true;
      }
    }
    @Injectable()
    class Tools {
      constructor(private readonly tenant: Tenant) {}
      @McpTool()
      @UseGuards(TenantGuard)
      tenants(ctx: McpContext) {
        return `${this.tenant.name} ${(ctx.request as { tenant: string }).tenant}`;
      }
      @McpResource({ uri: 'tenant://current' })
      current() {
        return this.tenant.name;
      }
    }
    const client = await connect({ providers: [Tenant, { provide: 'TOOLS', useClass: Tools }] });
    expect(await callWith(client, { 'x-tenant': 'a' }, 1, 'tenants')).toBe('a#1 a#1');
    expect(await callWith(client, { 'x-tenant': 'b' }, 2, 'tenants')).toBe('b#2 b#2');
    const { result } = await client.call(3, 'resources/read', { uri: 'tenant://current' });
    expect(result.contents[0].text).toBe('undefined#3');
  });

  it('do not mix the requests of calls that run at the same time', async () => {
    let arrived = 0;
    let open: () => void = () => undefined;
    const all = new Promise<void>((resolve) => (open = resolve));
    @Injectable({ scope: Scope.REQUEST })
    class Tools {
      constructor(@Inject(REQUEST) private readonly request: PostRequest) {}
      @McpTool()
      async meet() {
        if (++arrived === 10) open();
        await all;
        return this.request.headers['x-call'];
      }
    }
    const client = await connect({ providers: [Tools] });
    const ids = Array.from({ length: 10 }, (_, index) => index);
    await Promise.all(
      ids.map((id) =>
        client.post(
          { jsonrpc: '2.0', id, method: 'tools/call', params: { name: 'meet' } },
          { 'x-call': `call ${id}` },
        ),
      ),
    );
    const answers = new Map<number, string>();
    while (answers.size < ids.length) {
      const answer = await client.message();
      answers.set(answer['id'], textOf(answer));
    }
    expect(ids.map((id) => answers.get(id))).toEqual(ids.map((id) => `call ${id}`));
  });
});

/** Requests of one tenant share the durable providers. */
class TenantStrategy implements ContextIdStrategy {
  private readonly trees = new Map<string, ContextId>();

  attach(contextId: ContextId, request: PostRequest) {
    const tenant = request.headers['x-tenant'];
    if (tenant === undefined) return () => contextId;
    const tree = this.trees.get(tenant) ?? ContextIdFactory.create();
    this.trees.set(tenant, tree);
    return {
      resolve: ({ isTreeDurable }: HostComponentInfo) => (isTreeDurable ? tree : contextId),
      payload: { tenant },
    };
  }
}

describeOnAdapters('durable providers', (adapter) => {
  const { connect } = appPerTest(adapter);

  afterEach(() => {
    instances = 0;
    ContextIdFactory.apply(undefined as unknown as ContextIdStrategy);
  });

  it('are shared by the calls of a tenant, with the payload as their request', async () => {
    @Injectable({ scope: Scope.REQUEST, durable: true })
    class Tools extends Counted {
      constructor(@Inject(REQUEST) private readonly payload: { tenant: string }) {
        super();
      }
      @McpTool()
      durable() {
        return `${this.payload.tenant}#${this.instance}`;
      }
    }
    ContextIdFactory.apply(new TenantStrategy());
    const client = await connect({ providers: [Tools] });
    expect(await callWith(client, { 'x-tenant': 'a' }, 1, 'durable')).toBe('a#1');
    expect(await callWith(client, { 'x-tenant': 'b' }, 2, 'durable')).toBe('b#2');
    expect(await callWith(client, { 'x-tenant': 'a' }, 3, 'durable')).toBe('a#1');
  });

  it('pass the payload to providers created for each call, as on routes', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Tools {
      constructor(@Inject(REQUEST) private readonly request: PostRequest & { tenant?: string }) {}
      @McpTool()
      tenant() {
        return `${this.request.tenant} of ${this.request.headers['x-tenant']}`;
      }
    }
    ContextIdFactory.apply(new TenantStrategy());
    const client = await connect({ providers: [Tools] });
    expect(await callWith(client, { 'x-tenant': 'a' }, 1, 'tenant')).toBe('a of a');
    expect(await callWith(client, { 'x-tenant': 'b' }, 2, 'tenant')).toBe('b of b');
  });

  it('are shared by providers created for each call', async () => {
    @Injectable({ scope: Scope.REQUEST, durable: true })
    class Connection extends Counted {}
    @Injectable({ scope: Scope.REQUEST })
    class Tools {
      constructor(
        private readonly connection: Connection,
        @Inject(REQUEST) private readonly request: PostRequest,
      ) {}
      @McpTool()
      connection_() {
        return `${this.request.headers['x-tenant']}#${this.connection.instance}`;
      }
    }
    ContextIdFactory.apply(new TenantStrategy());
    const client = await connect({ providers: [Connection, Tools] });
    expect(await callWith(client, { 'x-tenant': 'a' }, 1, 'connection_')).toBe('a#1');
    expect(await callWith(client, { 'x-tenant': 'b' }, 2, 'connection_')).toBe('b#2');
    expect(await callWith(client, { 'x-tenant': 'a' }, 3, 'connection_')).toBe('a#1');
  });
});

describeOnAdapters('transient providers', (adapter) => {
  const { connect } = appPerTest(adapter);

  afterEach(() => void (instances = 0));

  it('serve tools by one instance, with their own instance of a transient dependency', async () => {
    @Injectable({ scope: Scope.TRANSIENT })
    class Dependency extends Counted {}
    @Injectable({ scope: Scope.TRANSIENT })
    class First {
      private calls = 0;
      constructor(private readonly dependency: Dependency) {}
      @McpTool()
      first() {
        return `instance ${this.dependency.instance}, call ${++this.calls}`;
      }
    }
    @Injectable()
    class Second {
      constructor(private readonly dependency: Dependency) {}
      @McpTool()
      second() {
        return `instance ${this.dependency.instance}`;
      }
    }
    const client = await connect({ providers: [Dependency, First, Second] });
    const first = textOf(await client.callTool(1, 'first'));
    const second = textOf(await client.callTool(2, 'second'));
    expect(first).toMatch(/^instance \d, call 1$/);
    expect(second).not.toBe(first.split(',')[0]);
    expect(textOf(await client.callTool(3, 'first'))).toBe(first.replace('call 1', 'call 2'));
  });

  it('that need the request are created for each call', async () => {
    @Injectable({ scope: Scope.TRANSIENT })
    class Dependency {
      @Inject(REQUEST) private readonly request!: PostRequest;
      get call() {
        return this.request.headers['x-call'];
      }
    }
    @Injectable({ scope: Scope.TRANSIENT })
    class Tools {
      private readonly call: unknown;
      constructor(@Inject(REQUEST) request: PostRequest) {
        this.call = request.headers['x-call'];
      }
      @McpTool()
      direct() {
        return this.call;
      }
    }
    @Injectable({ scope: Scope.TRANSIENT })
    class IndirectTools {
      constructor(private readonly dependency: Dependency) {}
      @McpTool()
      indirect() {
        return this.dependency.call;
      }
    }
    const client = await connect({ providers: [Dependency, Tools, IndirectTools] });
    let id = 0;
    for (const tool of ['direct', 'indirect'])
      for (const call of ['first', 'second'])
        expect(await callWith(client, { 'x-call': call }, ++id, tool)).toBe(call);
  });
});
