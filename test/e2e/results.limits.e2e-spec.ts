import { expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { McpPrompt, McpResource, McpResult, McpTool, type McpAuditEvent } from 'nestjs-mcp-sse';
import { describeOnTransports } from '../fixtures/transports.js';

const LIMIT = 2_000;
const READ_LIMIT = 40_000;
const NOTE =
  '\n\n[Cut here, as the result has more than 2,000 bytes. Ask for less of it: use "limit", "cursor".]';
const input = {
  type: 'object',
  properties: { characters: { type: 'integer' }, limit: { type: 'integer' }, cursor: { type: 'string' } },
} as const;

interface Asked {
  readonly characters?: number;
}

@Injectable()
class Reports {
  @McpTool({ input })
  report({ characters = 0 }: Asked): object {
    return { rows: 'x'.repeat(characters) };
  }

  @McpTool({ maxBytes: 10_000, input: { type: 'object', properties: { characters: { type: 'integer' } } } })
  picture({ characters = 0 }: Asked): McpResult {
    return McpResult.content([{ type: 'image', data: 'A'.repeat(characters), mimeType: 'image/png' }]);
  }

  @McpTool({ onTooLarge: 'truncate', input })
  log(): string {
    return 'ä"😀'.repeat(1_000);
  }

  @McpTool({ onTooLarge: 'resource', input })
  dump({ characters = 0 }: Asked): object {
    return { rows: 'ä'.repeat(characters) };
  }

  @McpTool()
  fail(): McpResult {
    return McpResult.error(`Disk full. ${'x'.repeat(3 * LIMIT)}`);
  }

  @McpResource({ uri: 'reports://all' })
  all(): string {
    return 'x'.repeat(READ_LIMIT);
  }

  @McpPrompt()
  summary(): string {
    return 'x'.repeat(READ_LIMIT);
  }
}

const ANSWERED = ['call', 'read', 'prompt'];

describeOnTransports('a result that is too large', (connect, _transport, era) => {
  it('is answered as its tool says, in no more bytes than the limit, and audited', async () => {
    const limits = { maxResultBytes: LIMIT, maxReadBytes: READ_LIMIT };
    const { client, audit } = await connect({ providers: [Reports], options: { limits } });
    const trail: McpAuditEvent[] = [];
    audit.events$.subscribe((event) => trail.push(event));
    const call = (name: string, characters?: number) =>
      client.callTool({ name, arguments: { characters } }) as Promise<Record<string, any>>;

    // Data is sent twice, as text and as structuredContent.
    expect((await call('report', 900)).isError).toBeUndefined();
    expect(await call('report', 1_000)).toMatchObject({
      isError: true,
      content: [
        {
          type: 'text',
          text: expect.stringMatching(
            /^The result has 2,0\d\d bytes, and the limit is 2,000 bytes \("limits.maxResultBytes"\)\. Ask for less of it: use "limit", "cursor"\.$/,
          ),
        },
      ],
    });
    expect((await call('picture', 9_000)).isError).toBeUndefined();
    expect((await call('picture', 10_000)).content[0].text).toContain(
      'the limit is 10,000 bytes ("maxBytes" of the tool). Ask for a smaller part of it.',
    );

    const [{ text }] = (await call('log')).content;
    expect(text).toMatch(/^(ä"😀)+(ä"?)?\n\n\[/u);
    expect(text.endsWith(NOTE)).toBe(true);
    const bytes = Buffer.byteLength(JSON.stringify({ content: [{ type: 'text', text }] }));
    expect(bytes).toBeGreaterThan(LIMIT - 100);
    expect(bytes).toBeLessThanOrEqual(LIMIT);

    const failed = await call('fail');
    expect(failed.isError).toBe(true);
    expect(failed.content[0].text).toMatch(/^Disk full\. x{3000,}\n\n\[Cut here/);

    const kept = await call('dump', 4_000);
    const uri = /tool:\/\/dump\/results\/[\w-]{22}/.exec(kept.content[0].text)![0];
    expect(kept.content.slice(1)).toEqual([
      {
        type: 'resource_link',
        uri,
        name: 'dump-result',
        title: 'The result of dump',
        mimeType: 'application/json',
        size: expect.any(Number),
      },
    ]);
    const { contents } = await client.readResource({ uri });
    expect(contents).toEqual([
      { uri, mimeType: 'application/json', text: JSON.stringify({ rows: 'ä'.repeat(4_000) }) },
    ]);
    expect((await call('dump', 20_000)).isError).toBe(true);

    const tooLarge = { code: -32603, message: expect.stringMatching(/the limit is 40,000 bytes/) };
    await expect(client.readResource({ uri: 'reports://all' })).rejects.toMatchObject(tooLarge);
    await expect(client.getPrompt({ name: 'summary' })).rejects.toMatchObject(tooLarge);
    const unknown = { code: era === 'modern' ? -32602 : -32002 };
    await expect(client.readResource({ uri: `tool://dump/results/${'A'.repeat(22)}` })).rejects.toMatchObject(
      unknown,
    );

    const audited = trail.filter(({ type }) => ANSWERED.includes(type));
    expect(audited.map(({ outcome, reason }) => `${outcome} ${reason ?? ''}`.trim())).toEqual([
      'ok',
      'failed result-too-large',
      'ok',
      'failed result-too-large',
      'ok result-truncated',
      'failed result-truncated',
      'ok result-kept',
      'ok',
      'failed result-too-large',
      'failed result-too-large',
      'failed result-too-large',
      'failed',
    ]);
  });
});
