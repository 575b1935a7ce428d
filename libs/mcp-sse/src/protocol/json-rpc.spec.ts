import { describe, expect, it } from '@jest/globals';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import { parseMessage } from './json-rpc.js';

const base = { jsonrpc: '2.0' };

describe('parseMessage', () => {
  it.each([0, -1, 1, Number.MAX_SAFE_INTEGER, '', '1', 'x'.repeat(1000)])(
    'takes a request with the id %j',
    (id) => {
      expect(parseMessage({ ...base, id, method: 'ping' })).toEqual({
        kind: 'request',
        id,
        method: 'ping',
        params: {},
      });
    },
  );

  it('takes notifications and responses', () => {
    expect(parseMessage({ ...base, method: 'n', params: { a: 1 } })).toEqual({
      kind: 'notification',
      method: 'n',
      params: { a: 1 },
    });
    expect(parseMessage({ ...base, id: 1, result: {} })).toEqual({ kind: 'response', id: 1, result: {} });
    const error = { code: 1, message: '' };
    expect(parseMessage({ ...base, id: 1, error })).toEqual({ kind: 'response', id: 1, error });
  });

  it.each([[null], [[]], [{ _meta: null }]])('takes %j for no parameters', (params) => {
    const message = { kind: 'request', id: 1, method: 'ping', params: {} };
    expect(parseMessage({ ...base, id: 1, method: 'ping', params })).toEqual(message);
  });

  it('takes null in a response for what is not there', () => {
    const result = { action: 'decline', _meta: null };
    expect(parseMessage({ ...base, id: 1, result, error: null })).toEqual({
      kind: 'response',
      id: 1,
      result: { action: 'decline' },
    });
  });

  it.each<[string, unknown, RegExp]>([
    ['null', null, /must be an object/],
    ['a batch', [{ ...base, id: 1, method: 'ping' }], /batches/],
    ['a number', 1, /must be an object/],
    ['another version', { jsonrpc: '1.0', id: 1, method: 'ping' }, /"jsonrpc" must be "2.0"/],
    ['a method that is no string', { ...base, id: 1, method: 7 }, /"method" must be a string/],
    ['neither method nor id', { ...base }, /"method" is missing/],
    ['parameters by position', { ...base, id: 1, method: 'ping', params: [1] }, /"params" must be an object/],
    ['the id null', { ...base, id: null, method: 'ping' }, /"id" must be/],
    ['a fractional id', { ...base, id: 1.5, method: 'ping' }, /"id" must be/],
    ['an id that JSON cannot hold exactly', { ...base, id: 2 ** 53, method: 'ping' }, /"id" must be/],
    [
      'a response with result and error',
      { ...base, id: 1, result: {}, error: {} },
      /either "result" or "error"/,
    ],
    ['a response with neither', { ...base, id: 1 }, /either "result" or "error"/],
    ['a response with an error beside null', { ...base, id: 1, result: null, error: {} }, /either/],
  ])('refuses %s and says why', (_, value, message) => {
    const parse = () => parseMessage(value);
    expect(parse).toThrow(message);
    expect(parse).toThrow(JsonRpcError);
  });
});
