import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import {
  McpConfigurationError,
  McpRegistry,
  McpResult,
  type McpRunTimeHandler,
  type McpToolOptions,
} from 'nestjs-mcp-sse';
import { HttpWireClient } from '../clients/http-wire-client.js';
import { TaskWireClient } from '../clients/task-wire-client.js';
import { ModernWireClient } from '../clients/modern-wire-client.js';
import { anError } from '../fixtures/boot-error.js';
import { metered } from '../fixtures/metered.js';
import { Scrape } from '../fixtures/scrape.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';

const LIMIT = 1_000;
const LONG = 'x'.repeat(2 * LIMIT);
const text = (value: string) => ({ type: 'text', text: value }) as const;
const link = { type: 'resource_link', uri: 'a://b', name: 'b' } as const;
const image = { type: 'image', data: 'AAAA', mimeType: 'image/png' } as const;

describe('what a tool says about large results', () => {
  let running: RunningApp;
  let registry: McpRegistry;
  let modern: ModernWireClient;

  beforeAll(async () => {
    running = await startApp(metered({ providers: [], options: { limits: { maxResultBytes: LIMIT } } }));
    registry = running.app.get(McpRegistry);
    modern = new ModernWireClient(`${running.url}/mcp`);
  });
  afterAll(() => running.close());

  const add = (options: McpToolOptions, handler: McpRunTimeHandler = () => LONG) =>
    registry.addTool({ name: 'run', ...options }, handler);
  const result = async (options: McpToolOptions, returned: unknown) => {
    add(options, () => returned);
    try {
      return (await modern.callTool('run')).result as Record<string, any>;
    } finally {
      registry.removeTool('run');
    }
  };

  it.each<[string, McpToolOptions, string[]]>([
    ['no bytes', { maxBytes: 0 }, ['"maxBytes" is 0', 'a whole number above 0']],
    ['half a byte', { maxBytes: 0.5 }, ['"maxBytes" is 0.5']],
    ['an unknown way', { onTooLarge: 'cut' as never }, ['"onTooLarge" is "cut"', '"truncate"']],
    [
      'a schema and its text cut',
      { onTooLarge: 'truncate', output: { type: 'object' } },
      ['"onTooLarge" is "truncate"', 'would not fit the output schema'],
    ],
    [
      'a schema and a link',
      { onTooLarge: 'resource', output: { type: 'object' } },
      ['"onTooLarge" is "resource"'],
    ],
    ['too many characters', { inlineChars: 500_001 }, ['"inlineChars" is 500001', 'from 1 to 500000']],
    [
      'characters twice',
      { inlineChars: 1, meta: { 'anthropic/maxResultSizeChars': 1 } },
      ['"inlineChars" and "meta" both set'],
    ],
  ])('cannot be %s', (_name, options, message) => {
    expect(() => add(options)).toThrow(anError(McpConfigurationError, 'addTool("run")', ...message) as Error);
  });

  it('is told to Claude Code', async () => {
    add({ inlineChars: 200_000, meta: { 'acme/team': 'shop' } });
    const { result: listed } = await modern.call('tools/list');
    registry.removeTool('run');
    expect(listed.tools[0]['_meta']).toEqual({
      'acme/team': 'shop',
      'anthropic/maxResultSizeChars': 200_000,
    });
  });

  it('cuts only what is too large: data that fits as text stays whole', async () => {
    const data = { rows: 'x'.repeat(0.6 * LIMIT) };
    expect(await result({ onTooLarge: 'truncate' }, data)).toEqual({
      content: [text(JSON.stringify(data))],
      resultType: 'complete',
      _meta: expect.anything(),
    });
  });

  it('cuts texts and says so, and keeps images, links and _meta', async () => {
    const content = [text('Report'), image, text(LONG), link, text('The end')];
    const sent = await result(
      { onTooLarge: 'truncate' },
      McpResult.content(content, { _meta: { 'acme/trace': 7 } }),
    );
    expect(sent).toMatchObject({ _meta: { 'acme/trace': 7 } });
    expect(sent['content']).toEqual([
      text('Report'),
      image,
      text(expect.stringMatching(/^x{500,}\n\n\[Cut here.*\]$/s) as never),
      link,
    ]);
  });

  it('says that data was left out which is not in the text', async () => {
    const sent = await result(
      { onTooLarge: 'truncate' },
      McpResult.content([text('2,000 rows')], { structuredContent: { rows: LONG } }),
    );
    expect(sent['structuredContent']).toBeUndefined();
    expect(sent['content'].map((block: { text: string }) => block.text)).toEqual([
      '2,000 rows',
      expect.stringMatching(/^\[Cut here/),
    ]);
  });

  it('cannot cut an image: that is an error', async () => {
    const large = { ...image, data: 'A'.repeat(2 * LIMIT) };
    expect(await result({ onTooLarge: 'truncate' }, McpResult.content([large]))).toMatchObject({
      isError: true,
    });
  });

  it('keeps every block as contents of one resource, and sends links at once', async () => {
    const resource = { uri: 'a://c', mimeType: 'text/csv', text: 'a,b' };
    const content = [text(LONG), image, { type: 'resource', resource } as const, link];
    const sent = await result(
      { onTooLarge: 'resource', title: 'Report' },
      McpResult.content(content, { structuredContent: { rows: 7 } }),
    );
    const { uri } = sent['content'][1] as { uri: string };
    expect(sent['content'].slice(1)).toEqual([
      {
        type: 'resource_link',
        uri,
        name: 'run-result',
        title: 'The result of Report',
        size: expect.any(Number),
      },
      link,
    ]);
    add({});
    const { result: read } = await modern.call('resources/read', { uri });
    registry.removeTool('run');
    expect(read).toMatchObject({ ttlMs: 0, cacheScope: 'private' });
    expect(read.contents).toEqual([
      { uri, mimeType: 'text/plain', text: LONG },
      { uri, mimeType: 'image/png', blob: 'AAAA' },
      { uri, mimeType: 'text/csv', text: 'a,b' },
      { uri, mimeType: 'application/json', text: '{"rows":7}' },
    ]);
    expect((await modern.call('resources/read', { uri })).error.code).toBe(-32602);
  });

  it('cannot keep links, which are sent at once: too many are an error', async () => {
    const links = Array.from({ length: 200 }, () => link);
    expect(await result({ onTooLarge: 'resource' }, McpResult.content(links))).toMatchObject({
      isError: true,
    });
  });

  it('sends no link to a client of a revision without links: the text has the URI', async () => {
    add({ onTooLarge: 'resource' });
    const client = await HttpWireClient.connect(`${running.url}/mcp`, { version: '2025-03-26' });
    const answer = await client.call(1, 'tools/call', { name: 'run' });
    registry.removeTool('run');
    expect(answer['result'].content).toEqual([
      text(expect.stringMatching(/tool:\/\/run\/results\/[\w-]{22}\. Read that/) as never),
    ]);
  });

  it('holds for the result of a task', async () => {
    add({ task: 'required' });
    const client = new TaskWireClient(`${running.url}/mcp`);
    const { result: handle } = await client.callTool('run');
    const task = await client.ended(handle.taskId);
    registry.removeTool('run');
    expect(task).toMatchObject({
      status: 'completed',
      result: { isError: true, content: [text(expect.stringContaining('The result has 2,') as never)] },
    });
  });

  it('is counted, by what was sent instead', async () => {
    const before = await Scrape.of(running.url);
    await result({}, LONG);
    await result({ onTooLarge: 'truncate' }, LONG);
    await result({ onTooLarge: 'resource' }, LONG);
    await result({}, 'short');
    add({});
    const after = await Scrape.of(running.url);
    registry.removeTool('run');
    const grown = ['error', 'truncate', 'resource'].map((answer) => {
      const [was = 0, is = 0] = [before, after].map((scrape) =>
        scrape.sum('mcp_results_too_large_total', { method: 'tools/call', answer }),
      );
      return is - was;
    });
    expect(grown).toEqual([1, 1, 1]);
  });
});
