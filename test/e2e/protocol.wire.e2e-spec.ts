import { describe, expect, it } from '@jest/globals';
import { Injectable, UseGuards, type CanActivate } from '@nestjs/common';
import { McpComplete, McpPrompt, McpTool } from 'nestjs-mcp-sse';
import { appPerTest } from '../fixtures/app-per-test.js';

const { connect } = appPerTest();

function initializeIn(protocolVersion: string): object {
  return { protocolVersion, capabilities: {}, clientInfo: { name: 'wire', version: '1' } };
}

describe('a session', () => {
  it.each(['2024-11-05', '2025-03-26', '2025-06-18', '2025-11-25'])(
    'speaks the revision that the client asks for: %s',
    async (protocolVersion) => {
      const client = await connect({});
      const { result } = await client.call(1, 'initialize', initializeIn(protocolVersion));
      expect(result).toMatchObject({ protocolVersion, serverInfo: { name: 'test', version: '1.0.0' } });
      client.close();
    },
  );

  it('speaks the newest revision if the client asks for an unsupported one', async () => {
    const client = await connect({});
    expect(await client.call(1, 'initialize', initializeIn('1999-01-01'))).toMatchObject({
      result: { protocolVersion: '2025-11-25' },
    });
    client.close();
  });

  it('answers a ping with an empty result, before it is initialized too', async () => {
    const client = await connect({});
    expect(await client.call(1, 'ping')).toEqual({ jsonrpc: '2.0', id: 1, result: {} });
    await client.initialize();
    expect(await client.call(2, 'ping')).toEqual({ jsonrpc: '2.0', id: 2, result: {} });
    client.close();
  });

  it('distinguishes tools by the case of their names', async () => {
    @Injectable()
    class Tools {
      @McpTool()
      lines(): string {
        return 'a tool';
      }

      @McpTool({ name: 'Lines' })
      otherLines(): string {
        return 'another tool';
      }
    }
    const client = await connect({ providers: [Tools] });
    expect(await client.callTool(1, 'Lines')).toMatchObject({
      result: { content: [{ text: 'another tool' }] },
    });
    expect(await client.callTool(2, 'LINES')).toMatchObject({ error: { code: -32602 } });
    client.close();
  });
});

describe('a completion', () => {
  @Injectable()
  class Nobody implements CanActivate {
    canActivate(): boolean {
      return false;
    }
  }

  @Injectable()
  class Prompts {
    @McpPrompt({ args: { type: 'object', properties: { name: { type: 'string' } } } })
    greet({ name }: { name?: string }): string {
      return `Greet ${name}`;
    }

    @McpComplete({ prompt: 'greet', argument: 'name' })
    @UseGuards(Nobody)
    names(): string[] {
      return ['a secret name'];
    }
  }

  const fixture = { providers: [Prompts, Nobody] };

  it.each([
    {},
    { ref: { type: 'ref/prompt', name: 'greet' } },
    { ref: { type: 'ref/other' }, argument: { name: 'name', value: '' } },
    { ref: { type: 'ref/prompt', name: 'greet' }, argument: { name: 'name', value: 1 } },
  ])('is refused for parameters that are not those of one: %j', async (params) => {
    const client = await connect(fixture);
    expect(await client.call(1, 'completion/complete', params)).toMatchObject({ error: { code: -32602 } });
    client.close();
  });

  it('is refused by guards to those who may not see it', async () => {
    const client = await connect(fixture);
    const answer = await client.call(1, 'completion/complete', {
      ref: { type: 'ref/prompt', name: 'greet' },
      argument: { name: 'name', value: '' },
    });
    expect(answer).toMatchObject({ error: { message: expect.any(String) } });
    expect(JSON.stringify(answer)).not.toContain('a secret name');
    client.close();
  });
});
