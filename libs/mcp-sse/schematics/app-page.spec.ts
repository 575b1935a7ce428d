import { runInNewContext } from 'node:vm';
import { expect, it } from '@jest/globals';
import { AppBridge } from '@modelcontextprotocol/ext-apps/app-bridge';
import { app } from './app.js';
import { namesOf } from './names.js';

type Transport = Parameters<AppBridge['connect']>[0];

const HEIGHT = 120;

/** A window with the page's script in it, and the way from its parent to it. */
class Page {
  readonly result = { textContent: '' };
  readonly transport: Transport;
  private readonly listeners: ((event: object) => void)[] = [];
  private readonly parent: object;

  constructor(private readonly html: string) {
    this.parent = {
      postMessage: (message: object) =>
        queueMicrotask(() => this.transport.onmessage?.(structuredClone(message) as never)),
    };
    this.transport = {
      start: async () => undefined,
      close: async () => undefined,
      send: async (data) => this.receive({ source: this.parent, data }),
    };
  }

  run(): void {
    const [, script] = /<script>([^]*)<\/script>/.exec(this.html)!;
    class ResizeObserver {
      constructor(readonly observe: () => void) {}
    }
    runInNewContext(script!, {
      ResizeObserver,
      parent: this.parent,
      document: { documentElement: { scrollHeight: HEIGHT }, getElementById: () => this.result },
      addEventListener: (_: 'message', listener: (event: object) => void) => this.listeners.push(listener),
    });
  }

  receive(event: object): void {
    for (const listener of this.listeners) listener(event);
  }
}

it('shows the result that the official host library sends, and obeys no one but its parent', async () => {
  const page = new Page(app.page!(namesOf({ name: 'orders/chart', sourceRoot: 'src' })));
  const host = new AppBridge(null, { name: 'host', version: '1.0.0' }, {});
  const heard = (event: 'initialized' | 'sizechange') =>
    new Promise<unknown>((resolve) => host.addEventListener(event, resolve));
  const events = Promise.all([heard('initialized'), heard('sizechange')]);
  await host.connect(page.transport);
  page.run();
  const [, size] = await events;
  expect(size).toEqual({ height: HEIGHT });
  expect(host.getAppVersion()).toEqual({ name: 'orders_chart', version: '1.0.0' });

  page.receive({
    source: {},
    data: { method: 'ui/notifications/tool-result', params: { structuredContent: 'forged' } },
  });
  expect(page.result.textContent).toBe('');
  await host.sendToolInput({ arguments: {} });
  await host.sendToolResult({ content: [], structuredContent: { values: [3, 1, 2] } });
  expect(page.result.textContent).toBe('{"values":[3,1,2]}');
  await expect(host.teardownResource({})).resolves.toEqual({});
  await host.close();
});
