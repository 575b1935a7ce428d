import { describe, expect, it } from '@jest/globals';
import { textOf } from 'nestjs-mcp-sse/testing';
import { usePage } from '../fixtures/page.js';

const page = usePage('docs/prompts.md');

describe('the page about prompts', () => {
  it('makes methods prompts, and classes their arguments', async () => {
    const mcp = await page.serve('prompt');
    expect((await mcp.listPrompts()).prompts).toEqual([
      { name: 'greet', arguments: [] },
      {
        name: 'review',
        title: 'Review code',
        description: 'Asks for a review',
        arguments: [
          { name: 'code', description: 'What to review', required: true },
          expect.objectContaining({ name: 'language' }),
        ],
      },
    ]);
    const review = (args: Record<string, string>) => mcp.getPrompt({ name: 'review', arguments: args });
    expect(textOf(await review({ code: 'a', language: 'rust' }))).toBe('What is wrong with rust code?\n\na');
    expect((await mcp.getPrompt({ name: 'greet' })).messages.map(({ role }) => role)).toEqual([
      'assistant',
      'user',
    ]);
    await expect(review({})).rejects.toMatchObject({
      code: -32602,
      message: expect.stringContaining('code must be a string'),
    });
  });

  it('suggests values', async () => {
    const mcp = await page.serve('prompt');
    const { completion } = await mcp.complete({
      ref: { type: 'ref/prompt', name: 'review' },
      argument: { name: 'language', value: 'ja' },
    });
    expect(completion.values).toEqual(['java', 'javascript']);
  });

  it('has no block without a test', () => {
    expect(page.untested).toEqual([]);
  });
});
