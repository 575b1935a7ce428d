import { describe, expect, it } from '@jest/globals';
import { WireClient } from '../clients/wire-client.js';
import {
  Features,
  Gate,
  refusal,
  refused,
  greet,
  messagesOf,
  greeting,
  runApp,
} from '../fixtures/bad-input.js';

describe('a request for what does not exist', () => {
  const server = runApp();

  it.each([
    ['an unknown method', 'orders/list', {}, -32601],
    ['the method that newer clients try first', 'server/discover', {}, -32601],
    ['a method named as a member of every object', 'constructor', {}, -32601],
    ['an empty method', '', {}, -32601],
    ['an unknown tool', 'tools/call', { name: 'unknown' }, -32602],
    ['a tool named as a member of every object', 'tools/call', { name: '__proto__' }, -32602],
    ['no tool', 'tools/call', {}, -32602],
    ['a tool with a list of arguments', 'tools/call', { name: 'greet', arguments: [] }, -32602],
    ['an unknown resource', 'resources/read', { uri: 'unknown://resource' }, -32002],
    ['no resource', 'resources/read', {}, -32602],
    ['an unknown prompt', 'prompts/get', { name: 'unknown' }, -32602],
    ['a prompt without an argument that it needs', 'prompts/get', { name: 'welcome' }, -32602],
    ['an unknown cursor', 'tools/list', { cursor: 'x' }, -32602],
    ['an initialization without its parameters', 'initialize', {}, -32602],
  ])('is answered on the stream: %s', async (_what, method, params, code) => {
    const client = await WireClient.connect(server.url);
    const answer = await client.call(1, method, params);
    expect(answer).toMatchObject({ jsonrpc: '2.0', id: 1, error: { code } });
    expect(answer).not.toHaveProperty('result');
    expect(await greeting(client)).toBe('Hello Ada');
    client.close();
  });

  it('names the resource that was not found', async () => {
    const client = await WireClient.connect(server.url);
    const { error } = await client.call(1, 'resources/read', { uri: 'unknown://resource' });
    expect(error.data).toEqual({ uri: 'unknown://resource' });
    client.close();
  });

  it('is refused when it initializes a second time, and the session continues', async () => {
    const client = await WireClient.connect(server.url);
    expect(await client.initialize(1)).toHaveProperty('result');
    expect(await client.initialize(2)).toMatchObject({ id: 2, error: { code: -32600 } });
    expect(await greeting(client)).toBe('Hello Ada');
    client.close();
  });
});

describe('null in a request, and an empty list for an object,', () => {
  const server = runApp();

  it.each<[string, string, unknown]>([
    ['parameters', 'tools/list', null],
    ['an empty list of parameters', 'tools/list', []],
    ['a cursor', 'tools/list', { cursor: null }],
    ['an empty cursor', 'tools/list', { cursor: '' }],
    [
      'what a request says of itself',
      'tools/call',
      { name: 'greet', arguments: { name: 'Ada' }, _meta: null },
    ],
  ])('is taken for what is not there: %s', async (_what, method, params) => {
    const client = await WireClient.connect(server.url);
    expect(await client.call(1, method, params as object)).toHaveProperty('result');
    client.close();
  });

  it('counts as no arguments, and the required ones are named', async () => {
    const client = await WireClient.connect(server.url);
    const { result } = await client.call(1, 'tools/call', { name: 'greet', arguments: null });
    expect(result).toMatchObject({ isError: true, content: [{ text: expect.stringContaining('name') }] });
    client.close();
  });
});

describe('arguments that fail validation', () => {
  const server = runApp();

  it.each([
    [{}, ['customer', 'count', 'lines']],
    [{ customer: 1, count: 1.5, lines: [{ price: 1 }] }, ['customer', 'count']],
    [{ customer: 'Ada', count: 11, lines: [] }, ['count', 'lines']],
    [{ customer: 'Ada', count: 1, lines: [{ price: 1 }, { price: 'free' }] }, ['lines[1].price']],
    [{ customer: 'Ada', count: 1, lines: [{ price: 1 }], discount: 1 }, ['discount']],
    [{ customer: 'Ada', count: 1, lines: [{ price: 1, vat: 1 }] }, ['lines[0].vat']],
    [{ customer: 'Ada', count: 1, lines: { length: 1 } }, ['lines']],
    [{ customer: null, count: null, lines: null }, ['customer', 'count', 'lines']],
  ])('are an error result that names each field, and the handler is not called: %j', async (args, fields) => {
    const client = await WireClient.connect(server.url);
    const { result } = await client.callTool(1, 'order', args);
    expect(result.isError).toBe(true);
    for (const field of fields) expect(result.content[0].text).toContain(field);
    expect(server.running.app.get(Features).orders).toEqual([]);
    expect(await greeting(client)).toBe('Hello Ada');
    client.close();
  });

  it('are an error result if they name the prototype', async () => {
    const client = await WireClient.connect(server.url);
    const { status } = await client.post(
      '{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"greet","arguments":' +
        '{"name":"Ada","__proto__":{"admin":true}}}}',
    );
    expect(status).toBe(202);
    expect(await client.answer(1)).toMatchObject({ result: { isError: true } });
    expect(({} as { admin?: boolean }).admin).toBeUndefined();
    client.close();
  });

  it('are refused if they are nested too deep for the stack', async () => {
    const client = await WireClient.connect(server.url);
    const depth = 100_000;
    const { status } = await client.post(
      `{"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"order","arguments":` +
        `{"lines":${'['.repeat(depth)}${']'.repeat(depth)}}}}`,
    );
    expect(status).toBe(400);
    expect(await greeting(client)).toBe('Hello Ada');
    client.close();
  });
});

describe('the id of a request', () => {
  const server = runApp();

  it.each([[0], [''], [-1], ['1'], [1], [Number.MAX_SAFE_INTEGER], ['\u0000"\n☃'], ['x'.repeat(1_024)]])(
    'comes back as it is: %j',
    async (id) => {
      const client = await WireClient.connect(server.url);
      expect(await client.call(id, 'ping')).toEqual({ jsonrpc: '2.0', id, result: {} });
      client.close();
    },
  );

  it.each([
    ['null', 'null'],
    ['2^53', '9007199254740992'],
    ['fractional', '1.5'],
    ['a boolean', 'true'],
    ['an object', '{}'],
    ['an array', '[1]'],
  ])('is refused with 400 where it is %s, with nothing on the stream', async (_what, id) => {
    const client = await WireClient.connect(server.url);
    const response = await client.post(`{"jsonrpc":"2.0","id":${id},"method":"ping"}`);
    expect(refusal(response)).toEqual(refused(400, -32600));
    expect(await greeting(client)).toBe('Hello Ada');
    expect(messagesOf(client)).toHaveLength(1);
    client.close();
  });

  it('is refused with 400 while another request has it, whose answer stays the only one', async () => {
    const client = await WireClient.connect(server.url);
    await client.post({ jsonrpc: '2.0', id: 7, method: 'tools/call', params: { name: 'wait' } });
    await client.next(({ data }) => data!.includes('waiting'));
    expect(refusal(await client.post(greet(7)))).toEqual(refused(400, -32600));
    expect((await client.post(greet('7'))).status).toBe(202);
    expect(await client.answer('7')).toMatchObject({ result: { content: [{ text: 'Hello Ada' }] } });
    server.running.app.get(Gate).open();
    expect(await client.answer(7)).toMatchObject({ result: { content: [{ text: 'done' }] } });
    expect(await greeting(client)).toBe('Hello Ada');
    expect(messagesOf(client).filter(({ id }) => id === 7)).toHaveLength(1);
    client.close();
  });

  it('may be that of a request in flight in another session', async () => {
    const [first, second] = [await WireClient.connect(server.url), await WireClient.connect(server.url)];
    await first.post({ jsonrpc: '2.0', id: 7, method: 'tools/call', params: { name: 'wait' } });
    await first.next(({ data }) => data!.includes('waiting'));
    const cancelled = { jsonrpc: '2.0', method: 'notifications/cancelled', params: { requestId: 7 } };
    expect((await second.post(cancelled)).status).toBe(202);
    expect(await second.callTool(7, 'greet', { name: 'Bob' })).toMatchObject({
      result: { content: [{ text: 'Hello Bob' }] },
    });
    server.running.app.get(Gate).open();
    expect(await first.answer(7)).toMatchObject({ result: { content: [{ text: 'done' }] } });
    expect(messagesOf(second)).toHaveLength(1);
    first.close();
    second.close();
  });
});

describe('a message that wants no answer', () => {
  const server = runApp();

  it.each([
    ['a notification', { method: 'notifications/initialized' }],
    ['an unknown notification', { method: 'notifications/unknown', params: { a: 1 } }],
    ['a request method without an id', { method: 'tools/call', params: { name: 'greet' } }],
    ['a response to nothing', { id: 1, result: {} }],
    ['an error to nothing', { id: 'x', error: { code: -1, message: 'no' } }],
  ])('is accepted with 202 and nothing on the stream: %s', async (_what, message) => {
    const client = await WireClient.connect(server.url);
    const { status, body } = await client.post({ jsonrpc: '2.0', ...message });
    expect({ status, body }).toEqual({ status: 202, body: '' });
    expect(await greeting(client)).toBe('Hello Ada');
    expect(messagesOf(client)).toHaveLength(1);
    client.close();
  });
});
