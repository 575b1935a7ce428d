import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toolResult } from '../execution/tool-result.js';
import { ResultLimits } from '../execution/results/result-limits.js';
import { jsonData } from '../model/json-data.js';
import { serializeResult } from './json-rpc.js';
import { ResultWriter } from './result-writer.js';

const SERVER = { name: 'test', version: '1.0.0' };
const META = { 'io.modelcontextprotocol/serverInfo': SERVER };
const limits = new ResultLimits({ maxResultBytes: 1e9, maxReadBytes: 1e9 } as never, undefined as never);
const writer = new ResultWriter(SERVER);

/** What handlers return. */
const values = fc.anything({
  maxDepth: 3,
  withBigInt: true,
  withDate: true,
  withMap: true,
  withSet: true,
  withNullPrototype: true,
  withTypedArray: true,
  withUnicodeString: true,
  key: fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('__proto__', 'toJSON', 'content', '_meta', 'resultType'),
  ),
  values: [
    fc.string({ unit: 'binary' }),
    fc.constantFrom('\u2028', '\ud800', '\0"\\', NaN, -0, undefined, null, true, () => 1),
    fc.record({ toJSON: fc.constant(() => ({ said: '\u2029' })) }),
    fc.double(),
  ],
});

function outcomeOf(write: () => string): unknown {
  try {
    return JSON.parse(write());
  } catch (error) {
    return (error as Error).constructor.name;
  }
}

describe('a result written from its text', () => {
  it('is what JSON.stringify() writes of it, in both eras', () => {
    const counts = { written: 0, refused: 0 };
    fc.assert(
      fc.property(values, (value) => {
        const written = (write: (result: object) => string) =>
          outcomeOf(() => write(limits.tool({} as never, toolResult(value, 'tool'), {} as never)));
        const stringified = (more: object) =>
          outcomeOf(() => {
            const { content, structuredContent } = toolResult(value, 'tool');
            const data =
              structuredContent === undefined ? {} : { structuredContent: jsonData(structuredContent) };
            return JSON.stringify({ jsonrpc: '2.0', id: 'é', result: { content, ...data, ...more } });
          });
        const legacy = written((result) => serializeResult('é', result));
        expect(legacy).toEqual(stringified({}));
        expect(written((result) => writer.write('é', result))).toEqual(
          stringified({ resultType: 'complete', _meta: META }),
        );
        counts[typeof legacy === 'string' ? 'refused' : 'written']++;
      }),
      { numRuns: 500 },
    );
    expect(Math.min(counts.refused, counts.written)).toBeGreaterThan(10);
  });
});
