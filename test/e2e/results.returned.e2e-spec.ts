import { EventEmitter, once } from 'node:events';
import { createReadStream } from 'node:fs';
import { PassThrough, Readable } from 'node:stream';
import { ReadableStream } from 'node:stream/web';
import { describe, expect, it } from '@jest/globals';
import {
  Injectable,
  NotFoundException,
  StreamableFile,
  UseInterceptors,
  type NestInterceptor,
} from '@nestjs/common';
import { McpResource, McpTool, type McpToolOptions } from 'nestjs-mcp-sse';
import { mergeMap, of } from 'rxjs';
import { appPerTest, textOf } from '../fixtures/app-per-test.js';
import { useReturning } from '../fixtures/returning.js';

const PNG = Buffer.from('\x89PNG\r\n\x1a\n0', 'latin1');
const BINARY = Buffer.from([0, 1, 2, 255]);
const CHUNK_BYTES = 64 * 1024;
const LONG = 'päng'.repeat(50_000);
const MASKED = /^isError: Internal error \(correlation id ([\w-]{36})\)$/;

const text = (value: string) => ({ content: [{ type: 'text', text: value }] });
const json = (value: object) => ({ ...text(JSON.stringify(value)), structuredContent: value });
const blob = (bytes: Uint8Array, mimeType = 'application/octet-stream') => ({
  content: [
    {
      type: 'resource',
      resource: { uri: 'tool://run/result', mimeType, blob: Buffer.from(bytes).toString('base64') },
    },
  ],
});
const image = { content: [{ type: 'image', mimeType: 'image/png', data: PNG.toString('base64') }] };

function webStream(...chunks: unknown[]): ReadableStream {
  return new ReadableStream({
    start(controller) {
      for (const chunk of chunks) controller.enqueue(chunk);
      controller.close();
    },
  });
}

function toolReturning(run: () => unknown, options?: McpToolOptions) {
  @Injectable()
  class Tools {
    @McpTool(options)
    run(): unknown {
      return run();
    }
  }
  return { providers: [Tools] };
}

const { connect } = appPerTest();
const returning = useReturning();

describe('what a tool returns for others to read', () => {
  it.each<[string, () => unknown, object]>([
    ['a Node stream of text', () => Readable.from([LONG, 'end'], { objectMode: false }), text(`${LONG}end`)],
    [
      'a character in two chunks',
      () => Readable.from([...Buffer.from('ä')].map((b) => Buffer.of(b))),
      text('ä'),
    ],
    ['a file', () => createReadStream('LICENSE', { end: 10 }), text('MIT License')],
    ['a Node stream of an image', () => Readable.from([PNG.subarray(0, 3), PNG.subarray(3)]), image],
    ['a Node stream of bytes', () => Readable.from([BINARY]), blob(BINARY)],
    ['a Node stream of objects', () => Readable.from([{ id: 1 }, { id: 2 }]), text('[{"id":1},{"id":2}]')],
    ['an empty Node stream', () => Readable.from([]), text('')],
    ['a web stream of bytes', () => webStream(Buffer.from('a'), new Uint8Array([98])), text('ab')],
    ['a web stream of text', () => webStream('a', 'b'), text('ab')],
    ['a StreamableFile', () => new StreamableFile(PNG, { type: 'image/png' }), image],
    [
      'a StreamableFile of text',
      () => new StreamableFile(Buffer.from('a,b'), { type: 'text/csv' }),
      text('a,b'),
    ],
    [
      'a StreamableFile of PDF',
      () => new StreamableFile(BINARY, { type: 'application/pdf' }),
      blob(BINARY, 'application/pdf'),
    ],
    ['a Blob of text', () => new Blob(['hello'], { type: 'text/plain' }), text('hello')],
    ['a File', () => new File([PNG], 'a.png', { type: 'image/png' }), image],
    [
      'a Blob of audio',
      () => new Blob([BINARY], { type: 'audio/wav' }),
      { content: [{ type: 'audio', mimeType: 'audio/wav', data: BINARY.toString('base64') }] },
    ],
    ['a Response of text', () => new Response('hello'), text('hello')],
    ['a Response of JSON', () => Response.json({ total: 7 }), json({ total: 7 })],
    [
      'a Response in another charset',
      () => new Response(Buffer.from([0xe4]), { headers: { 'content-type': 'text/plain; charset=latin1' } }),
      text('ä'),
    ],
    ['a Response without a body', () => new Response(null, { status: 204 }), { content: [] }],
    ['an Observable of a Blob', () => of(new Blob(['hello'])), text('hello')],
    ['an ArrayBuffer', () => new Uint8Array(BINARY).buffer, blob(BINARY)],
    ['a DataView', () => new DataView(new Uint8Array(BINARY).buffer), blob(BINARY)],
  ])('is read to its end: %s', async (_name, run, expected) => {
    expect(await returning.result(run)).toEqual(expected);
  });

  it('is parsed for an output schema if it is JSON', async () => {
    const output = { type: 'object', properties: { total: { type: 'integer' } } } as const;
    expect(await returning.result(() => Response.json({ total: 7 }), output)).toEqual(json({ total: 7 }));
  });

  it.each<[string, (source: { destroyed: boolean; events: EventEmitter }) => unknown]>([
    ['a Node stream', (source) => endless(source)],
    ['a web stream', (source) => Readable.toWeb(endless(source))],
    ['a StreamableFile', (source) => new StreamableFile(endless(source))],
    ['a Response', (source) => new Response(Readable.toWeb(endless(source)) as never)],
  ])('is an error over the limit, and %s ends there', async (_name, run) => {
    const source = { destroyed: false, events: new EventEmitter() };
    const options = { limits: { maxResultBytes: 1_000_000 } };
    const client = await connect({ ...toolReturning(() => run(source)), options });
    expect(textOf(await client.callTool(1, 'run'))).toBe(
      'isError: The result has more than 1,000,000 bytes ("limits.maxResultBytes"). Ask for a smaller part of it.',
    );
    if (!source.destroyed) await once(source.events, 'close');
  });

  it('ends at the limit if the tool truncates, and the stream with it', async () => {
    const source = { destroyed: false, events: new EventEmitter() };
    const client = await connect(
      toolReturning(() => endless(source, '€'), { onTooLarge: 'truncate', maxBytes: 100_000 }),
    );
    const [{ text: sent }] = (await client.callTool(1, 'run')).result.content;
    expect(sent).toMatch(/^€{33000,}\n\n\[Cut here, as the result has more than 100,000 bytes\./);
    if (!source.destroyed) await once(source.events, 'close');
  });

  it('is a resource of 4 MiB by default', async () => {
    @Injectable()
    class Files {
      @McpResource({ uri: 'files://large' })
      read() {
        return Readable.from([Buffer.alloc(4 * 1024 * 1024)]);
      }
    }
    const client = await connect({ providers: [Files] });
    const { result } = await client.call(1, 'resources/read', { uri: 'files://large' });
    expect(result.contents[0].blob).toHaveLength(Math.ceil((4 * 1024 * 1024) / 3) * 4);
  });

  it('ends when the client cancels', async () => {
    const stream = new PassThrough();
    const returned = new EventEmitter();
    const client = await connect(
      toolReturning(() => {
        setImmediate(() => returned.emit('returned'));
        return stream;
      }),
    );
    const closed = once(stream, 'close').catch((error: Error) => [error.name]);
    await Promise.all([
      once(returned, 'returned'),
      client.post({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: 'run' } }),
    ]);
    await client.post({ jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 1 } });
    await closed;
    expect(stream.destroyed).toBe(true);
  });

  it('ends when the handler times out', async () => {
    const stream = new PassThrough();
    const closed = once(stream, 'close').catch((error: Error) => [error.name]);
    const client = await connect(toolReturning(() => stream, { timeoutMs: 20 }));
    expect(textOf(await client.callTool(1, 'run'))).toContain('isError');
    await closed;
    expect(stream.destroyed).toBe(true);
  });

  it('is an error if it fails before it is read', async () => {
    const stream = new PassThrough();
    const untilClosed: NestInterceptor = {
      intercept: (_context, next) =>
        next.handle().pipe(
          mergeMap(async (returned) => {
            stream.destroy(new Error('disk on fire'));
            await new Promise((resolve) => stream.on('close', resolve));
            return returned as unknown;
          }),
        ),
    };
    @Injectable()
    class Tools {
      @McpTool()
      @UseInterceptors(untilClosed)
      run() {
        return stream;
      }
    }
    const client = await connect({ providers: [Tools] });
    expect(textOf(await client.callTool(1, 'run'))).toMatch(MASKED);
  });

  it.each<[string, () => unknown, string]>([
    ['a stream that fails', () => createReadStream('no/such/file'), 'ENOENT'],
    ['a Response that says no', () => new Response('secret', { status: 503 }), 'a Response of status 503'],
    ['an Error', () => new Error('password=hunter2'), 'password=hunter2'],
    ['an Error that is emitted', () => of(new Error('password=hunter2')), 'password=hunter2'],
    ['a member that is an Error', () => ({ a: [new Error('secret')] }), 'the Error in "a[0]" has no JSON'],
    ['a member that was not awaited', () => ({ a: Promise.resolve(1) }), 'the Promise in "a" has no JSON'],
    [
      'a member that is a stream',
      () => ({ file: Readable.from(['a']) }),
      'the Readable in "file" has no JSON',
    ],
    ['a Map with objects as keys', () => new Map([[{}, 1]]), 'the Map whose keys are no text has no JSON'],
    ['a symbol', () => Symbol('a'), 'a symbol has no JSON'],
  ])('is a masked error, and the log says why: %s', async (_name, run, logged) => {
    const message = textOf({ result: await returning.result(run) });
    expect(message).toMatch(MASKED);
    const entry = returning.log.lines.find((line) => line.includes(MASKED.exec(message)![1]!));
    expect(entry).toContain(logged);
  });

  it('is an error with the message of an exception that the client may read', async () => {
    const result = await returning.result(() => new NotFoundException('No such order'));
    expect(textOf({ result })).toBe('isError: No such order');
  });
});

describe('what a tool returns that JSON alone would empty', () => {
  it.each<[string, () => unknown, object]>([
    [
      'a Map',
      () =>
        new Map<unknown, unknown>([
          ['a', 1],
          [2, 'b'],
        ]),
      json({ 2: 'b', a: 1 }),
    ],
    ['a Set', () => new Set([1, 'two']), text('[1,"two"]')],
    ['a bigint', () => 12345678901234567890n, text('12345678901234567890')],
    ['a URL', () => new URL('https://example.com/a b'), text('https://example.com/a%20b')],
    ['numbers', () => new Float32Array([0.5, 1]), text('[0.5,1]')],
    ['an object with toJSON', () => ({ toJSON: () => ({ total: 7 }) }), json({ total: 7 })],
    [
      'members at any depth',
      () => ({ a: [{ total: 1n, tags: new Set(['x']), by: new Map([['k', new Map([['l', 2n]])]]) }] }),
      json({ a: [{ total: '1', tags: ['x'], by: { k: { l: '2' } } }] }),
    ],
    [
      'bytes within',
      () => ({ icon: PNG, at: new Date(0) }),
      json({ icon: PNG.toString('base64'), at: new Date(0).toJSON() }),
    ],
  ])('is whole: %s', async (_name, run, expected) => {
    expect(await returning.result(run)).toEqual(expected);
  });
});

/** A stream that gives more for as long as somebody reads. */
function endless(source: { destroyed: boolean; events: EventEmitter }, fill = 'a'): Readable {
  const bytes = Buffer.from(fill.repeat(CHUNK_BYTES));
  let sent = 0;
  return new Readable({
    read() {
      // A character may be in two chunks.
      const start = sent % (bytes.length / CHUNK_BYTES);
      this.push(bytes.subarray(start, start + CHUNK_BYTES - 2));
      sent += CHUNK_BYTES - 2;
    },
    destroy(error, done) {
      source.destroyed = true;
      source.events.emit('close');
      done(error);
    },
  });
}
