import { describe, expect, it } from '@jest/globals';
import type { Type } from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import {
  McpApp,
  McpConfigurationError,
  McpPublic,
  McpResource,
  McpRoles,
  McpScopes,
  McpSseModule,
  McpTool,
  type McpAppOptions,
  type McpToolOptions,
} from 'nestjs-mcp-sse';
import { appPerTest } from '../fixtures/app-per-test.js';
import { anError, bootError } from '../fixtures/boot-error.js';
import { MemoryLog } from '../fixtures/memory-log.js';

const CHART = 'ui://orders/chart';
const { start } = appPerTest();

function withApp(options: Partial<McpAppOptions> = {}, ...access: MethodDecorator[]): Type {
  class Charts {
    @McpApp({ uri: CHART, ...options })
    chart() {
      return '<p>Chart</p>';
    }
  }
  return decorated(Charts, 'chart', access);
}

function withTool(options: McpToolOptions, ...more: MethodDecorator[]): Type {
  class Orders {
    @McpTool({ description: 'Orders', ...options })
    orders() {}
  }
  return decorated(Orders, 'orders', more);
}

function decorated(type: Type, method: string, decorators: MethodDecorator[]): Type {
  const descriptor = Object.getOwnPropertyDescriptor(type.prototype, method)!;
  for (const decorate of decorators) decorate(type.prototype as object, method, descriptor);
  return type;
}

describe('a tool and an app that do not fit together stop the boot, and the error says how to mend it:', () => {
  it.each<[string, Type[], string[]]>([
    [
      'an app that is wrong',
      [withApp({ csp: { connectDomains: ['*'] } })],
      ['Charts.chart: "csp.connectDomains"'],
    ],
    [
      'an app whose file is missing',
      [withApp({ file: '/no/chart.html' })],
      ['Charts.chart: "file" /no/chart.html'],
    ],
    [
      'a method that is both, and cannot return both',
      [withTool({ ui: CHART }, McpApp({ uri: CHART }))],
      ['Orders.orders is a tool and an app', 'a "file"'],
    ],
    [
      'a method that is both, whose tool does not name the app',
      [withTool({}, McpApp({ uri: CHART, file: '/no/chart.html' }))],
      ['Orders.orders is a tool and an app', `ui: '${CHART}'`],
    ],
    [
      'a misspelled app',
      [withApp(), withTool({ ui: 'ui://orders/chat' })],
      ['no such app', `Did you mean ${CHART}?`],
    ],
    [
      'an undeclared app',
      [withTool({ ui: CHART })],
      ['no such app', `Declare it with @McpApp({ uri: '${CHART}' })`],
    ],
    [
      'a tool for apps where there is none',
      [withTool({ visibility: ['app'] })],
      ['The tool "orders" (Orders.orders', 'for apps only', "['model', 'app']"],
    ],
  ])('%s', async (_title, providers, parts) => {
    expect(await bootError({ providers })).toEqual(anError(McpConfigurationError, ...parts));
  });

  it('an ordinary resource in the place of the app', async () => {
    class Page {
      @McpResource({ uri: CHART, mimeType: 'text/html' })
      chart() {}
    }
    expect(await bootError({ providers: [Page, withTool({ ui: CHART })] })).toEqual(
      anError(
        McpConfigurationError,
        'a resource of the type text/html',
        '@McpApp() instead of @McpResource()',
      ),
    );
  });

  it('an app of another server', async () => {
    const other = {
      name: 'other',
      version: '1',
      sse: { path: '/other/sse', messagesPath: '/other/messages' },
      http: { path: '/other/mcp' },
    };
    const providers = [withApp({ server: 'other' }), withTool({ ui: CHART, server: 'test' })];
    expect(await bootError({ imports: [McpSseModule.forRoot(other)], providers })).toEqual(
      anError(McpConfigurationError, 'the server "test" has no such app', 'its "server" option'),
    );
  });

  it('a tool of a module that is loaded lazily', async () => {
    const { app } = await start({ providers: [withApp()] });
    class LateModule {}
    const late = { module: LateModule, providers: [withTool({ ui: 'ui://orders/late' })] };
    await expect(app.get(LazyModuleLoader).load(() => late)).rejects.toThrow('no such app');
  });
});

describe('a tool whose callers may not all read its app', () => {
  const advice = async (tool: MethodDecorator[], app: MethodDecorator[]) => {
    const log = new MemoryLog();
    await start({
      options: { auth: 'app' },
      providers: [withApp({}, ...app), withTool({ ui: CHART }, ...tool)],
      configure: (nest) => nest.useLogger(log),
    });
    return log.lines.filter((line) => line.includes('may not read'));
  };

  it.each<[string, MethodDecorator[], MethodDecorator[]]>([
    ['lack a scope', [], [McpScopes('orders')]],
    ['have another role', [McpRoles('clerk', 'boss')], [McpRoles('boss')]],
    ['are anyone', [McpPublic()], []],
  ])('since some %s, is reported at boot', async (_title, tool, app) => {
    expect(await advice(tool, app)).toEqual([
      expect.stringContaining(
        `Some who may call the tool "orders" may not read its app ${CHART}, so they see an empty frame. Give both the ` +
          'same @McpScopes(), @McpRoles() or @McpPublic().',
      ),
    ]);
  });

  it('is not reported where all may', async () => {
    expect(await advice([McpScopes('orders'), McpRoles('boss')], [McpRoles('boss', 'clerk')])).toEqual([]);
  });
});
