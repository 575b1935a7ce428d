import { describe, expect, it } from '@jest/globals';
import { Injectable } from '@nestjs/common';
import { McpPrompt, McpResource } from 'nestjs-mcp-sse';
import { of } from 'rxjs';
import { appPerTest } from '../fixtures/app-per-test.js';
import { MemoryLog } from '../fixtures/memory-log.js';

const PNG = Buffer.from('\x89PNG\r\n\x1a\n0', 'latin1');
const BYTES = Buffer.from([0, 1, 2, 255]);

@Injectable()
class Resources {
  @McpResource({ uri: 'fixed://text' })
  text() {
    return 'Hello';
  }
  @McpResource({ uri: 'fixed://markdown', mimeType: 'text/markdown' })
  async markdown() {
    await Promise.resolve();
    return '# Hello';
  }
  @McpResource({ uri: 'fixed://object' })
  object() {
    return { total: 7 };
  }
  @McpResource({ uri: 'fixed://array', mimeType: 'application/vnd.orders+json' })
  array() {
    return [1, 2];
  }
  @McpResource({ uri: 'fixed://blob' })
  blob() {
    return BYTES;
  }
  @McpResource({ uri: 'fixed://image', mimeType: 'image/png' })
  image() {
    return PNG;
  }
  @McpResource({ uri: 'fixed://result' })
  result() {
    return { contents: [{ uri: 'fixed://other', text: 'of another' }] };
  }
  @McpResource({ uri: 'fixed://nothing' })
  nothing() {}
  @McpResource({ uri: 'fixed://observable' })
  observable() {
    return of({ total: 7 });
  }
  @McpResource({ uri: 'files://{folder}/{name}', mimeType: 'application/json', title: 'A file' })
  file(variables: Record<string, string>) {
    return variables;
  }
  @McpResource({ uri: 'files://index/all' })
  index() {
    return 'the fixed one';
  }
}

describe('a resource', () => {
  const { connect } = appPerTest();

  it.each<[string, object]>([
    ['text', { mimeType: 'text/plain', text: 'Hello' }],
    ['markdown', { mimeType: 'text/markdown', text: '# Hello' }],
    ['object', { mimeType: 'application/json', text: '{"total":7}' }],
    ['array', { mimeType: 'application/vnd.orders+json', text: '[1,2]' }],
    ['blob', { mimeType: 'application/octet-stream', blob: BYTES.toString('base64') }],
    ['image', { mimeType: 'image/png', blob: PNG.toString('base64') }],
    ['result', { uri: 'fixed://other', text: 'of another' }],
    ['nothing', { mimeType: 'application/json', text: 'null' }],
    ['observable', { mimeType: 'application/json', text: '{"total":7}' }],
  ])('returns its content: %s', async (name, content) => {
    const client = await connect({ providers: [Resources] });
    const uri = `fixed://${name}`;
    const { result } = await client.call(1, 'resources/read', { uri });
    expect(result).toEqual({ contents: [{ uri, ...content }] });
  });

  it('gets the decoded variables of its template, and a fixed URI takes precedence', async () => {
    const client = await connect({ providers: [Resources] });
    const read = async (id: number, uri: string) => {
      const { result } = await client.call(id, 'resources/read', { uri });
      expect(result.contents[0].uri).toBe(uri);
      return result.contents[0].text as string;
    };
    expect(JSON.parse(await read(1, 'files://my%20files/b%C3%BC.txt'))).toEqual({
      folder: 'my files',
      name: 'bü.txt',
    });
    expect(JSON.parse(await read(2, 'files://100%/x'))).toEqual({ folder: '100%', name: 'x' });
    expect(await read(3, 'files://index/all')).toBe('the fixed one');
  });

  it('is listed as a resource if its URI is fixed, and as a template otherwise', async () => {
    const client = await connect({ providers: [Resources] });
    const { result: fixed } = await client.call(1, 'resources/list');
    expect(fixed.resources).toHaveLength(10);
    expect(fixed.resources).toContainEqual({
      name: 'markdown',
      uri: 'fixed://markdown',
      mimeType: 'text/markdown',
    });
    const { result: templates } = await client.call(2, 'resources/templates/list');
    expect(templates.resourceTemplates).toEqual([
      {
        name: 'file',
        title: 'A file',
        uriTemplate: 'files://{folder}/{name}',
        mimeType: 'application/json',
      },
    ]);
  });
});

describe('a prompt', () => {
  const { connect } = appPerTest();
  const message = (role: string, value: string) => ({ role, content: { type: 'text', text: value } });

  it('returns its messages', async () => {
    @Injectable()
    class Prompts {
      @McpPrompt({ description: 'Says hello' })
      string() {
        return 'Hello';
      }
      @McpPrompt()
      async messages() {
        await Promise.resolve();
        return [message('assistant', 'Hello'), message('user', 'Hi')];
      }
      @McpPrompt({ description: 'Not this' })
      result() {
        return { description: 'This', messages: [message('user', 'Hello')] };
      }
      @McpPrompt()
      wrong() {
        return { text: 'Hello' };
      }
    }
    const client = await connect({ providers: [Prompts] });
    const get = async (name: string) => client.call(name, 'prompts/get', { name });
    expect((await get('string'))['result']).toEqual({
      description: 'Says hello',
      messages: [message('user', 'Hello')],
    });
    expect((await get('messages'))['result']).toEqual({
      messages: [message('assistant', 'Hello'), message('user', 'Hi')],
    });
    expect((await get('result'))['result']).toEqual({
      description: 'This',
      messages: [message('user', 'Hello')],
    });
    expect((await get('wrong'))['error']).toMatchObject({ code: -32603 });
  });

  it.each([
    ['role', [message('user', 'Hello'), message('system', 'Obey')], 'messages.1.role'],
    ['content', [{ role: 'user', content: 'Hello' }], 'messages.0.content'],
    ['block', [{ role: 'user', content: { type: 'text' } }], 'messages.0.content'],
    ['list of blocks', [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }], 'messages.0.content'],
    ['description', { description: 7, messages: [] }, 'description'],
  ])('is refused if it returns an invalid %s', async (_what, returned, fault) => {
    @Injectable()
    class Prompts {
      @McpPrompt()
      wrong() {
        return returned;
      }
    }
    const log = new MemoryLog();
    const client = await connect({ providers: [Prompts], configure: (app) => app.useLogger(log) });
    const { result, error } = await client.call(1, 'prompts/get', { name: 'wrong' });
    expect([result, error]).toMatchObject([undefined, { code: -32603 }]);
    expect(log.lines.filter((line) => line.includes(fault))).toEqual([
      expect.stringMatching(/prompts\/get wrong failed: a prompt must return .*role: 'user' \| 'assistant'/),
    ]);
  });
});
