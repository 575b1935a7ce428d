import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { serializeNotification } from './json-rpc.js';
import { ProgressParams } from './progress-params.js';

const finite = fc.double({ noNaN: true, noDefaultInfinity: true });
const text = fc.string({ unit: 'binary' });

describe('the parameters of progress', () => {
  it('have the JSON that JSON.stringify() gives', () => {
    const token = fc.oneof(text, fc.integer(), fc.double());
    const optional = <T>(value: fc.Arbitrary<T>) => fc.option(value, { nil: undefined });
    // Handlers in JavaScript may pass anything as a message.
    const unchecked = fc.oneof(
      text,
      fc.constant(() => text),
    ) as fc.Arbitrary<string>;
    fc.assert(
      fc.property(
        token,
        finite,
        optional(finite),
        optional(unchecked),
        (progressToken, progress, total, message) => {
          const method = 'notifications/progress';
          const params = { progressToken, progress, total, message };
          const sent = serializeNotification(
            method,
            new ProgressParams(progressToken, progress, total, message),
          );
          expect(sent).toBe(JSON.stringify({ jsonrpc: '2.0', method, params }));
        },
      ),
      { numRuns: 1_000 },
    );
  });
});
