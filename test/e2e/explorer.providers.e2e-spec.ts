import { describe, expect, it } from '@jest/globals';
import { Inject, Injectable, Module, Scope, type Provider } from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import {
  McpComplete,
  McpDuplicateNameError,
  McpNamePrefix,
  McpPrompt,
  McpResource,
  McpTool,
} from 'nestjs-mcp-sse';
import { WireClient } from '../clients/wire-client.js';
import { appPerTest, textOf } from '../fixtures/app-per-test.js';
import { anError, bootError } from '../fixtures/boot-error.js';

const { start, connect } = appPerTest();

let made = 0;

@Injectable()
class Counter {
  private readonly number = ++made;

  @McpTool()
  count() {
    return `counter ${this.number}`;
  }
}

@Injectable({ scope: Scope.REQUEST })
class PerRequest {}

const FACTORIES: [string, Provider[]][] = [
  ['of each request', [{ provide: Counter, scope: Scope.REQUEST, useFactory: () => new Counter() }]],
  [
    'that needs something of each request',
    [PerRequest, { provide: Counter, inject: [PerRequest], useFactory: () => new Counter() }],
  ],
  ['of each injection', [{ provide: Counter, scope: Scope.TRANSIENT, useFactory: () => new Counter() }]],
];

describe('a tool is served whose provider', () => {
  it.each(FACTORIES)('comes from a factory %s', async (_what, providers) => {
    const client = await connect({ providers });
    expect(textOf(await client.callTool(1, 'count'))).toMatch(/^counter \d+$/);
  });

  it('comes from a request-scoped factory, and is created for each call', async () => {
    const client = await connect({ providers: FACTORIES[0]![1] });
    const first = textOf(await client.callTool(1, 'count'));
    expect(textOf(await client.callTool(2, 'count'))).not.toBe(first);
  });

  it('is in a lazily loaded module, and clients are notified', async () => {
    @Module({ providers: [Counter] })
    class ReportsModule {}
    const { app, url } = await start({});
    const client = await WireClient.connect(`${url}/sse`);
    await client.initialize();
    await client.post({ jsonrpc: '2.0', method: 'notifications/initialized' });
    const loader = app.get(LazyModuleLoader);
    await loader.load(() => ReportsModule);
    expect(await client.message()).toMatchObject({ method: 'notifications/tools/list_changed' });
    await loader.load(() => ReportsModule);
    expect(textOf(await client.callTool(1, 'count'))).toMatch(/^counter \d+$/);
  });

  it('fails to load with its module if its name is taken', async () => {
    @Injectable()
    class Other {
      @McpTool()
      count() {}
    }
    @Module({ providers: [Other] })
    class ReportsModule {}
    const { app } = await start({ providers: [Counter] });
    await expect(app.get(LazyModuleLoader).load(() => ReportsModule)).rejects.toEqual(
      anError(McpDuplicateNameError, '"count"', 'Counter.count', 'Other.count'),
    );
  });
});

describe('two subclasses of a decorated base', () => {
  abstract class Orders {
    constructor(@Inject('region') readonly region = '') {}

    @McpTool()
    find() {
      return `orders of ${this.constructor.name}`;
    }

    @McpTool({ name: 'count' })
    number() {}

    @McpPrompt()
    ask() {
      return 'Ask';
    }

    @McpComplete({ prompt: 'ask', argument: 'city' })
    cities() {
      return [this.constructor.name];
    }
  }

  it('are both served under names with the prefixes of their classes', async () => {
    @Injectable()
    @McpNamePrefix('eu_')
    class European extends Orders {
      @McpResource({ uri: 'eu://orders' })
      all() {}
    }
    @Injectable()
    @McpNamePrefix('us_')
    class American extends Orders {}
    const region = { provide: 'region', useValue: '' };
    const client = await connect({ providers: [European, American, region] });
    const { result: list } = await client.call(1, 'tools/list');
    const names = (list.tools as { name: string }[]).map(({ name }) => name);
    expect(names.toSorted()).toEqual(['eu_count', 'eu_find', 'us_count', 'us_find']);
    expect(textOf(await client.callTool(2, 'us_find'))).toBe('orders of American');
    const { result: completed } = await client.call(3, 'completion/complete', {
      ref: { type: 'ref/prompt', name: 'eu_ask' },
      argument: { name: 'city', value: '' },
    });
    expect(completed.completion.values).toEqual(['European']);
    const { result: resources } = await client.call(4, 'resources/list');
    expect(resources.resources).toMatchObject([{ uri: 'eu://orders', name: 'all' }]);
  });

  it('stop the boot without prefixes, and the message names the prefix', async () => {
    @Injectable()
    class European extends Orders {}
    @Injectable()
    class American extends Orders {}
    const region = { provide: 'region', useValue: '' };
    expect(await bootError({ providers: [European, American, region] })).toEqual(
      anError(McpDuplicateNameError, 'European.find', 'American.find', '@McpNamePrefix()'),
    );
  });
});
