import { afterEach, expect, it } from '@jest/globals';
import { Injectable, NotFoundException, type Type } from '@nestjs/common';
import { McpError } from '@modelcontextprotocol/sdk/types.js';
import { JsonRpcError, McpPrompt, McpRegistry, McpResource, McpTool } from 'nestjs-mcp-sse';
import { HttpWireClient } from '../clients/http-wire-client.js';
import { ModernWireClient } from '../clients/modern-wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';

const LISTS = {
  'tools/list': 'tools',
  'resources/list': 'resources',
  'resources/templates/list': 'resourceTemplates',
  'prompts/list': 'prompts',
};

@Injectable()
class North {
  @McpTool()
  walk() {}

  @McpTool()
  climb() {}

  @McpResource({ uri: 'north://pole' })
  pole() {}

  @McpResource({ uri: 'north://{place}' })
  place() {}

  @McpPrompt()
  wander() {}
}

@Injectable()
class South {
  @McpTool()
  swim() {}

  @McpResource({ uri: 'a-south://pole' })
  pole() {}

  @McpResource({ uri: 'a-south://{place}' })
  place() {}

  @McpPrompt()
  anchor() {}
}

@Injectable()
class Missing {
  @McpResource({ uri: 'missing://nest' })
  nest(): never {
    throw new NotFoundException('Gone');
  }

  @McpResource({ uri: 'missing://own' })
  own(): never {
    throw new JsonRpcError(-32002, 'Gone', { uri: 'missing://own' });
  }

  @McpResource({ uri: 'missing://sdk' })
  sdk(): never {
    throw new McpError(-32002, 'Gone');
  }

  @McpTool()
  find(): never {
    throw new JsonRpcError(-32002, 'Gone');
  }

  @McpTool()
  url(): never {
    throw new JsonRpcError(-32042, 'Open the URL');
  }
}

describeOnAdapters('the lists of a server', (adapter) => {
  const running: RunningApp[] = [];
  const RUN_TIME = ['zoom', 'Aim', 'middle'];

  /** An application on another node: it finds its providers, and adds what it adds, in an order of its own. */
  async function start(providers: Type[], added: readonly string[], pageSize = 2): Promise<RunningApp> {
    const app = await startApp({ adapter, providers, options: { limits: { pageSize } } });
    running.push(app);
    const registry = app.app.get(McpRegistry);
    for (const name of added) registry.addTool({ name }, () => name);
    return app;
  }

  const clientOf = ({ url }: RunningApp) => new ModernWireClient(`${url}/mcp`);

  /** All pages of a list, each from the next of the clients. */
  async function pages(method: keyof typeof LISTS, clients: readonly ModernWireClient[]) {
    const names: string[][] = [];
    let cursor: string | undefined;
    do {
      const client = clients[names.length % clients.length]!;
      const { result } = await client.call(method, { cursor });
      const items = result[LISTS[method]] as { name: string; uri?: string; uriTemplate?: string }[];
      names.push(items.map(({ name, uri, uriTemplate }) => uri ?? uriTemplate ?? name));
      cursor = result.nextCursor as string | undefined;
    } while (cursor !== undefined);
    return names;
  }

  afterEach(() => Promise.all(running.splice(0).map((app) => app.close())));

  it('have the same order and the same cursors on each node, whatever it found first', async () => {
    const one = clientOf(await start([North, South], RUN_TIME));
    const other = clientOf(await start([South, North], RUN_TIME.toReversed()));
    for (const clients of [[one], [other], [one, other], [other, one]]) {
      expect(await pages('tools/list', clients)).toEqual([
        ['Aim', 'climb'],
        ['middle', 'swim'],
        ['walk', 'zoom'],
      ]);
      expect(await pages('resources/list', clients)).toEqual([['a-south://pole', 'north://pole']]);
      expect(await pages('resources/templates/list', clients)).toEqual([
        ['a-south://{place}', 'north://{place}'],
      ]);
      expect(await pages('prompts/list', clients)).toEqual([['anchor', 'wander']]);
    }
  });

  it('refuse a cursor once they have changed, as the next page would repeat or skip a tool', async () => {
    const app = await start([North, South], []);
    const registry = app.app.get(McpRegistry);
    const { nextCursor: cursor } = (await clientOf(app).call('tools/list'))['result'];
    registry.addTool({ name: 'a-first' }, () => '');
    expect((await clientOf(app).call('tools/list', { cursor }))['error'].code).toBe(-32602);
    registry.removeTool('a-first');
    expect((await clientOf(app).call('tools/list', { cursor }))['result'].tools).toHaveLength(1);
    registry.removeTool('climb');
    expect((await clientOf(app).call('tools/list', { cursor }))['error'].code).toBe(-32602);
  });

  it('do not depend on what the client says of itself, or asked before', async () => {
    const client = clientOf(await start([North, South], RUN_TIME));
    for (const method of Object.keys(LISTS)) {
      const first = await client.call(method);
      await client.callTool('walk');
      const meta = {
        'io.modelcontextprotocol/clientInfo': { name: 'claude-code', version: '9.9.9' },
        'io.modelcontextprotocol/clientCapabilities': { elicitation: {}, sampling: {}, roots: {} },
        'io.modelcontextprotocol/logLevel': 'debug',
      };
      const again = await client.call(method, { _meta: meta }, { 'user-agent': 'Claude-User' });
      expect(again['result']).toEqual(first['result']);
    }
  });

  it('name what exists: all else is -32602 in this revision, and -32002 for resources before it', async () => {
    const app = await start([Missing], []);
    const asked: [method: string, params: object, modern: number, legacy: number][] = [
      ['resources/read', { uri: 'no://such' }, -32602, -32002],
      ['resources/read', { uri: 'missing://nest' }, -32602, -32002],
      ['resources/read', { uri: 'missing://own' }, -32602, -32002],
      ['resources/read', { uri: 'missing://sdk' }, -32602, -32002],
      ['tools/call', { name: 'none' }, -32602, -32602],
      ['tools/call', { name: 'find' }, -32602, -32002],
      ['tools/call', { name: 'url' }, -32603, -32042],
      ['prompts/get', { name: 'none' }, -32602, -32602],
    ];
    const legacy = await HttpWireClient.connect(`${app.url}/mcp`);
    const observed: unknown[] = [];
    for (const [id, [method, params]] of asked.entries()) {
      const codes = [await clientOf(app).call(method, params), await legacy.call(id, method, params)];
      observed.push([method, params, ...codes.map(({ error }) => error.code)]);
    }
    expect(observed).toEqual(asked);
    expect((await clientOf(app).call('resources/read', { uri: 'no://such' }))['error']).toEqual({
      code: -32602,
      message: 'Resource not found: no://such',
      data: { uri: 'no://such' },
    });
  });
});
