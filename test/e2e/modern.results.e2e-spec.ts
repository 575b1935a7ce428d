import { afterEach, describe, expect, it } from '@jest/globals';
import { z } from 'zod';
import { McpRegistry, McpResult, type McpToolOptions } from 'nestjs-mcp-sse';
import { connectModern } from '../clients/modern-client.js';
import { connectSdkClient } from '../clients/sdk-client.js';
import { describeOnAdapters } from '../fixtures/adapters.js';
import { startApp, type RunningApp } from '../fixtures/start-app.js';

type Output = McpToolOptions['output'];

const text = (value: string) => ({ type: 'text', text: value });
const Shape = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('circle'), radius: z.number() }),
  z.object({ kind: z.literal('square'), side: z.number() }),
]);

describeOnAdapters('structured content', (adapter) => {
  let running: RunningApp;

  afterEach(() => running.close());

  /** What each era's official client, which checks results against the schema, reads of a tool. */
  async function inBothEras(returned: unknown, output?: Output) {
    running = await startApp({ adapter });
    running.app.get(McpRegistry).addTool({ name: 'run', output }, () => returned);
    const modern = await connectModern(running.url);
    const legacy = await connectSdkClient(`${running.url}/sse`);
    const { tools: shown } = await modern.listTools();
    const { tools: shownBefore } = await legacy.listTools();
    const { content, structuredContent } = await modern.callTool({ name: 'run' });
    const before = await legacy.callTool({ name: 'run' });
    await Promise.all([modern.close(), legacy.close()]);
    return {
      schema: shown[0]!.outputSchema,
      schemaBefore: shownBefore[0]!.outputSchema,
      modern: { content, structuredContent },
      legacy: before,
    };
  }

  describe('may be any JSON value, which clients of earlier revisions get as text:', () => {
    it.each<[string, Output, unknown, object]>([
      [
        'an array',
        { type: 'array', items: { type: 'integer' } },
        [1, 2],
        { type: 'array', items: { type: 'integer' } },
      ],
      ['a string', { type: 'string' }, 'shoes', { type: 'string' }],
      ['a number', { type: 'number' }, 0, { type: 'number' }],
      ['a boolean', { type: 'boolean' }, false, { type: 'boolean' }],
      ['null', { type: ['string', 'null'] }, null, { type: ['string', 'null'] }],
      ['a list of zod', z.array(z.string()), ['a'], { type: 'array' }],
    ])('%s', async (_name, output, value, schema) => {
      const { modern, legacy, ...schemas } = await inBothEras(value, output);
      expect(modern).toEqual({ content: [text(JSON.stringify(value))], structuredContent: value });
      expect(legacy).toEqual({ content: [text(JSON.stringify(value))] });
      expect(schemas).toEqual({ schema: expect.objectContaining(schema), schemaBefore: undefined });
    });
  });

  it('that is an object goes to all, though its schema may be hidden from earlier revisions', async () => {
    const circle = { kind: 'circle', radius: 1 };
    const { modern, legacy, schema, schemaBefore } = await inBothEras(circle, Shape);
    expect([modern.structuredContent, legacy['structuredContent']]).toEqual([circle, circle]);
    expect([Array.isArray(schema?.['oneOf'] ?? schema?.['anyOf']), schemaBefore]).toEqual([true, undefined]);
    await running.close();
    const usual = await inBothEras({ a: 1 }, z.object({ a: z.number() }));
    expect(usual.schemaBefore).toEqual(usual.schema);
  });

  it('of a list needs no schema', async () => {
    const { modern, legacy } = await inBothEras([1, 'two']);
    expect(modern).toEqual({ content: [text('[1,"two"]')], structuredContent: [1, 'two'] });
    expect(legacy).toEqual({ content: [text('[1,"two"]')] });
  });

  it('of an explicit result is not lost to a client that cannot take it', async () => {
    const described = McpResult.content([text('Two') as never], { structuredContent: [1, 2] });
    const first = await inBothEras(described);
    expect(first.modern).toEqual({ content: [text('Two')], structuredContent: [1, 2] });
    expect(first.legacy).toEqual({ content: [text('Two')] });
    await running.close();
    const second = await inBothEras({ content: [], structuredContent: [1, 2] }, { type: 'array' });
    expect(second.modern.structuredContent).toEqual([1, 2]);
    expect(second.legacy).toEqual({ content: [text('[1,2]')] });
  });

  it('that does not fit its schema is an error in both eras', async () => {
    running = await startApp({ adapter });
    running.app.get(McpRegistry).addTool({ name: 'run', output: { type: 'array' } }, () => 'no list');
    const modern = await connectModern(running.url);
    const legacy = await connectSdkClient(`${running.url}/sse`);
    for (const client of [modern, legacy])
      expect(await client.callTool({ name: 'run' })).toMatchObject({ isError: true });
    await Promise.all([modern.close(), legacy.close()]);
  });
});
