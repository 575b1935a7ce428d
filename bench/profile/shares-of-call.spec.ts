import { expect, it } from '@jest/globals';
import { sharesOfCall } from './shares-of-call.js';

it('adds up what belongs together', () => {
  const origins = [
    { name: '(garbage collector)', share: 0.1 },
    { name: 'V8 built-ins and Node in C++', share: 0.2 },
    { name: 'node:internal/streams', share: 0.25 },
    { name: 'nestjs-mcp-sse streaming/', share: 0.2 },
    { name: 'nestjs-mcp-sse protocol/', share: 0.1 },
    { name: 'find-my-way', share: 0.15 },
  ];
  const rows = sharesOfCall({ Fastify: origins }).split('\n');
  expect(rows[0]).toBe('| share of a call | Fastify |');
  expect(rows.slice(2).map((row) => row.split(' | ').at(-1))).toEqual([
    '30 % |',
    '25 % |',
    '30 % |',
    '0 % |',
    '0 % |',
    '15 % |',
  ]);
});
