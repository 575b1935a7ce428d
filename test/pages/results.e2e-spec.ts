import { Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { Injectable, NotFoundException, StreamableFile } from '@nestjs/common';
import { McpPrompt, McpResource, McpResult, McpSseModule, McpTool } from 'nestjs-mcp-sse';
import { textOf, type McpTestClient } from 'nestjs-mcp-sse/testing';
import { usePage } from '../fixtures/page.js';
import { evaluated, tableRows } from '../fixtures/page-table.js';

const FILE = 'docs/results.md';
const page = usePage('docs/results.md');
const SCOPE = { Readable, StreamableFile, NotFoundException, McpResult, Buffer, Blob, Response, URL };
const TYPES = ['', 'text/markdown', 'application/zip'];

/** The expression that is returned next. */
let expression = '';

@Injectable()
class Returning {
  @McpTool()
  run(): unknown {
    return evaluated(expression, SCOPE);
  }
  @McpPrompt()
  ask(): unknown {
    return evaluated(expression, SCOPE);
  }
  @McpResource({ uri: 'a://0' })
  untyped(): unknown {
    return evaluated(expression, SCOPE);
  }
  @McpResource({ uri: 'a://1', mimeType: TYPES[1] })
  markdown(): unknown {
    return evaluated(expression, SCOPE);
  }
  @McpResource({ uri: 'a://2', mimeType: TYPES[2] })
  zip(): unknown {
    return evaluated(expression, SCOPE);
  }
}

async function serve(maxResultBytes?: number): Promise<McpTestClient> {
  const mcp = await page.start({
    module: class ReturningModule {},
    imports: [McpSseModule.forRoot({ name: 'page', version: '1.0.0', limits: { maxResultBytes } })],
    providers: [Returning],
  });
  mcp.app.useLogger(false);
  return mcp;
}

/** What the server says where the page has a row of a table. */
async function answers(heading: string, answer: (cells: string[]) => Promise<unknown[]>) {
  const rows: unknown[][] = [];
  for (const [returned, ...cells] of tableRows(FILE, heading)) {
    expression = returned!;
    rows.push([returned, ...(await answer(cells))]);
  }
  return rows;
}

const blocks = (content: readonly object[]) => content.map((block) => JSON.stringify(block)).join(',');

describe('the page about results', () => {
  it('says what the client of a tool gets', async () => {
    const mcp = await serve();
    const rows = await answers("What does a tool's client get?", async () => {
      const { content, structuredContent } = await mcp.callTool({ name: 'run' });
      return [blocks(content as object[]), structuredContent ? JSON.stringify(structuredContent) : ''];
    });
    expect(rows).toEqual(tableRows(FILE, "What does a tool's client get?"));
  });

  it('says what is an error', async () => {
    const mcp = await serve(5);
    const rows = await answers('What is an error?', async () => {
      const { isError, content } = await mcp.callTool({ name: 'run' });
      const [{ text }] = content as [{ text: string }];
      return isError ? [text.replace(/(?<=correlation id )[\w-]{36}/, '…')] : [];
    });
    expect(rows).toEqual(tableRows(FILE, 'What is an error?'));
  });

  it('says what a resource is read as', async () => {
    const mcp = await serve();
    const rows = await answers('What is a resource read as?', async ([mimeType]) => {
      const uri = `a://${TYPES.indexOf(mimeType!)}`;
      const { contents } = await mcp.readResource({ uri });
      return [mimeType, blocks(contents).replace(`"uri":"${uri}",`, '')];
    });
    expect(rows).toEqual(tableRows(FILE, 'What is a resource read as?'));
  });

  it('says what a prompt becomes', async () => {
    const mcp = await serve();
    const rows = await answers('What does a prompt become?', async () => [
      blocks((await mcp.getPrompt({ name: 'ask' })).messages),
    ]);
    expect(rows).toEqual(tableRows(FILE, 'What does a prompt become?'));
  });

  it('tells results from data by McpResult', async () => {
    const mcp = await page.serve('mcp-result');
    const article = { content: [{ type: 'text', text: 'Once upon a time' }] };
    expect(await mcp.callTool({ name: 'article' })).toMatchObject({ structuredContent: article });
    expect((await mcp.callTool({ name: 'related' })).content).toMatchObject([{ type: 'resource_link' }]);
    expect(await mcp.callTool({ name: 'archived' })).toMatchObject({ isError: true });
    expect(textOf(await mcp.readResource({ uri: 'articles://17' }))).toBe('Once more');
    expect(textOf(await mcp.getPrompt({ name: 'summarize' }))).toBe('Summarize articles://17.');
  });

  it('sends what an output schema gives', async () => {
    const mcp = await page.serve('output');
    const sent: unknown = JSON.parse(page.code('sent'));
    const result = await mcp.callTool({ name: 'price' });
    expect(result.structuredContent).toEqual(sent);
    expect(JSON.parse(textOf(result))).toEqual(sent);
  });

  it('says what becomes of a large result', async () => {
    const mcp = await page.serve('large');
    const call = async (name: string) => mcp.callTool({ name, arguments: {} });
    expect(await call('orders')).toEqual({
      isError: true,
      content: [{ type: 'text', text: page.code('too-large').trim() }],
    });
    expect(textOf(await call('log'))).toMatch(
      /\norder \d+\n\n\[Cut here, as the result has more than 100,000/,
    );
    const { content } = (await call('exported')) as { content: { uri: string }[] };
    const read = await mcp.readResource({ uri: content[1]!.uri });
    expect(JSON.parse(textOf(read))).toMatchObject({ orders: { length: 10_000 } });
    const { tools } = await mcp.listTools();
    expect(tools.find(({ name }) => name === 'handbook')).toHaveProperty('_meta', {
      'anthropic/maxResultSizeChars': 200_000,
    });
  });

  it('has no block without a test', () => {
    expect(page.untested).toEqual([]);
  });
});
