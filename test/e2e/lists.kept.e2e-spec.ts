import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { McpApp, McpTool } from 'nestjs-mcp-sse';
import { z } from 'zod';
import { HttpWireClient } from '../clients/http-wire-client.js';
import { ModernWireClient } from '../clients/modern-wire-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';

const CHART = 'ui://sales/chart';
const SHOWS_APPS = {
  extensions: { 'io.modelcontextprotocol/ui': { mimeTypes: ['text/html;profile=mcp-app'] } },
};

/** A tool that each kind of client sees in a form of its own. */
@Injectable()
class Sales {
  @McpTool({ output: z.array(z.number()), ui: CHART })
  sales() {
    return [3, 4];
  }

  @McpApp({ uri: CHART })
  chart() {
    return '<p>3, 4</p>';
  }
}

type List = () => Promise<Record<string, any>>;

const KINDS = ['modern, with apps', 'modern', 'legacy, with apps', 'legacy'] as const;
const ORDERS = [KINDS, KINDS.toReversed()];

describeOnAdapters('a list that is kept as text', (adapter) => {
  let running: RunningApp;
  let lists: Record<(typeof KINDS)[number], List>;

  beforeAll(async () => {
    running = await startApp({ adapter, providers: [Sales] });
    const url = `${running.url}/mcp`;
    const modern = new ModernWireClient(url);
    const withApps = { _meta: { 'io.modelcontextprotocol/clientCapabilities': SHOWS_APPS } };
    const legacy = await HttpWireClient.connect(url);
    const legacyWithApps = await HttpWireClient.connect(url, { capabilities: SHOWS_APPS });
    lists = {
      'modern, with apps': () => modern.call('tools/list', withApps),
      modern: () => modern.call('tools/list'),
      'legacy, with apps': () => legacyWithApps.call(1, 'tools/list'),
      legacy: () => legacy.call(1, 'tools/list'),
    };
  });

  afterAll(() => running.close());

  it.each(ORDERS)(
    'has the form of the client that asks, whoever asked before: %s, %s, %s, %s',
    async (...order) => {
      for (const kind of order) {
        const { result } = await lists[kind]();
        const [{ outputSchema, _meta }] = result.tools as [{ outputSchema?: object; _meta?: object }];
        expect([kind, outputSchema !== undefined, _meta !== undefined]).toEqual([
          kind,
          kind.startsWith('modern'),
          kind.endsWith('with apps'),
        ]);
      }
    },
  );
});
