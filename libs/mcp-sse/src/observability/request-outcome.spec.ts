import { describe, expect, it } from '@jest/globals';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import { requestOutcome } from './request-outcome.js';

describe('the outcome of a request', () => {
  it.each<[string, object | undefined, string]>([
    ['a result', { content: [] }, 'ok'],
    ['a result that says it is complete', { content: [], resultType: 'complete' }, 'ok'],
    ['questions to the client', { resultType: 'input_required', inputRequests: {} }, 'input_required'],
    ['an error of a tool', { content: [], isError: true }, 'failed'],
    ['an error of the protocol', new JsonRpcError(-32021, 'Missing capability'), 'failed'],
    ['no answer', undefined, 'cancelled'],
  ])('of %s', (_, ended, outcome) => {
    expect(requestOutcome(ended)).toEqual({ outcome });
  });
});
