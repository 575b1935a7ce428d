import { once } from 'node:events';
import { PassThrough, Readable } from 'node:stream';
import { describe, expect, it } from '@jest/globals';
import { Injectable, NotFoundException } from '@nestjs/common';
import { McpComplete, McpPrompt, McpResource } from 'nestjs-mcp-sse';
import { appPerTest } from '../fixtures/app-per-test.js';

const PNG = Buffer.from('\x89PNG\r\n\x1a\n0', 'latin1');

const { connect } = appPerTest();

describe('what a resource and a prompt return for others to read', () => {
  it('is text or a blob by its type', async () => {
    @Injectable()
    class Resources {
      @McpResource({ uri: 'a://csv', mimeType: 'text/csv' })
      csv() {
        return Readable.from([Buffer.from('a,'), Buffer.from('b')]);
      }
      @McpResource({ uri: 'a://zip', mimeType: 'application/zip' })
      zip() {
        return Readable.from(['PK']);
      }
      @McpResource({ uri: 'a://bytes', mimeType: 'application/x-test' })
      bytes() {
        return Buffer.from([0, 255, 254, 10]);
      }
      @McpResource({ uri: 'a://markdown', mimeType: 'text/markdown' })
      markdown() {
        return Buffer.from('# Hello');
      }
      @McpResource({ uri: 'a://response' })
      response() {
        return Response.json({ total: 7 });
      }
      @McpResource({ uri: 'a://map' })
      map() {
        return new Map([['a', 1]]);
      }
      @McpResource({ uri: 'a://error' })
      error() {
        return new NotFoundException('Gone');
      }
    }
    const client = await connect({ providers: [Resources] });
    const read = async (name: string) => {
      const { result, error } = await client.call(name, 'resources/read', { uri: `a://${name}` });
      return result?.contents[0] ?? error;
    };
    expect(await read('csv')).toEqual({ uri: 'a://csv', mimeType: 'text/csv', text: 'a,b' });
    expect(await read('zip')).toEqual({ uri: 'a://zip', mimeType: 'application/zip', blob: 'UEs=' });
    expect(await read('bytes')).toEqual({
      uri: 'a://bytes',
      mimeType: 'application/x-test',
      blob: Buffer.from([0, 255, 254, 10]).toString('base64'),
    });
    expect(await read('markdown')).toMatchObject({ text: '# Hello' });
    expect(await read('response')).toMatchObject({ mimeType: 'application/json', text: '{"total":7}' });
    expect(await read('map')).toMatchObject({ text: '{"a":1}' });
    expect(await read('error')).toMatchObject({ code: -32002, message: 'Gone' });
  });

  it('is one message of the user', async () => {
    @Injectable()
    class Prompts {
      @McpPrompt()
      stream() {
        return Readable.from(['a', 'b']);
      }
      @McpPrompt()
      image() {
        return new Blob([PNG], { type: 'image/png' });
      }
    }
    const client = await connect({ providers: [Prompts] });
    const get = async (name: string) => (await client.call(name, 'prompts/get', { name }))['result'].messages;
    expect(await get('stream')).toEqual([{ role: 'user', content: { type: 'text', text: 'ab' } }]);
    expect(await get('image')).toEqual([
      { role: 'user', content: { type: 'image', mimeType: 'image/png', data: PNG.toString('base64') } },
    ]);
  });

  it('is ended where a client watches a resource that is read', async () => {
    const stream = new PassThrough();
    @Injectable()
    class Resources {
      @McpResource({ uri: 'a://stream' })
      stream() {
        return stream;
      }
    }
    const client = await connect({ providers: [Resources] });
    const closed = once(stream, 'close');
    await client.call(1, 'resources/subscribe', { uri: 'a://stream' });
    await closed;
    expect(stream.destroyed).toBe(true);
  });
});

describe('what a completion returns', () => {
  it('is a list of suggestions, also from a Set, without values that clients cannot accept', async () => {
    const returned: Record<string, unknown> = {
      set: new Set(['a', 'b']),
      numbers: { completion: { values: [1, 2] } },
      many: { completion: { values: Array.from({ length: 101 }, String) } },
    };
    @Injectable()
    class Prompts {
      @McpPrompt({ args: { type: 'object', properties: { name: {} } } })
      ask() {
        return 'a';
      }
      @McpComplete({ prompt: 'ask', argument: 'name' })
      suggest(typed: string) {
        return returned[typed];
      }
    }
    const client = await connect({ providers: [Prompts] });
    const suggested = async (value: string) =>
      client.call(value, 'completion/complete', {
        ref: { type: 'ref/prompt', name: 'ask' },
        argument: { name: 'name', value },
      });
    const { result } = await suggested('set');
    expect(result.completion).toEqual({ values: ['a', 'b'], total: 2, hasMore: false });
    expect((await suggested('numbers'))['error']).toMatchObject({ code: -32603 });
    expect((await suggested('many'))['error']).toMatchObject({ code: -32603 });
  });
});
