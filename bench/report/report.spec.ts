import { describe, expect, it } from '@jest/globals';
import type { Sample } from '../run/sample.js';
import { chart } from './chart.js';
import { formatNumber } from './format-number.js';
import { nodesTable } from './nodes-table.js';
import { summary } from './summary.js';
import { tables } from './tables.js';

function call(round: number, server: string, cpuMicrosPerOperation: number): Sample {
  return { round, server, scenario: 'call', seconds: 1, result: { operations: 1, cpuMicrosPerOperation } };
}

const SAMPLES: Sample[] = [
  call(0, 'floor-sse', 10),
  call(0, 'fastify-sse', 20),
  call(1, 'floor-sse', 20),
  call(1, 'fastify-sse', 60),
  call(2, 'floor-sse', 30),
  call(2, 'fastify-sse', 1200),
  { round: 0, server: 'express-sse', scenario: 'call', seconds: 1, failure: 'it did not start' },
];

describe('the report', () => {
  it('gives the medians of the rounds and of the ratios within each round', () => {
    expect(tables(SAMPLES)).toContain('| nestjs-mcp-sse, Fastify | 60.0 (3.00×) |');
    expect(tables(SAMPLES)).toContain('| floor: node:http alone | 20.0 |');
  });

  it('takes ratios that were measured in alternation instead', () => {
    const result = { operations: 1, cpuMicrosPerOperation: 30, cpuRatio: 1.5 };
    const samples = [call(0, 'floor-http', 10), { ...call(0, 'fastify-http', 30), result }];
    expect(tables(samples)).toContain('| nestjs-mcp-sse, Fastify | 30.0 (1.50×) |');
  });

  it('lists failed measurements with their reasons', () => {
    expect(tables(SAMPLES)).toContain('- express-sse, call: it did not start');
  });

  it('leads with ratios to the floor', () => {
    expect(summary(SAMPLES)).toContain('| call over HTTP+SSE | 20.0 µs | – | 3.00× | – | – |');
  });

  it('has a column for each version of Node', () => {
    const nodes = [
      { version: 'v20.0.0', samples: SAMPLES },
      { version: 'v24.0.0', samples: [call(0, 'floor-sse', 10), call(0, 'fastify-sse', 15)] },
    ];
    expect(nodesTable(nodes)).toContain('| call, µs: HTTP+SSE, Fastify | 60.0 (3.00×) | 15.0 (1.50×) |');
  });

  it('draws a bar for each server that is compared with the floor', () => {
    const image = chart(SAMPLES);
    expect(image.match(/<rect class="(own|other)"/g)).toHaveLength(1);
    expect(image).toContain('>ours, Fastify</text>');
    expect(image).toContain('>floor 20.0 µs</tspan>');
    expect(image).toContain('prefers-color-scheme: dark');
  });

  it('writes numbers with their significant digits', () => {
    expect([12345.6, 100.4, 12.34, 1.234, -0.001].map(formatNumber)).toEqual([
      '12,346',
      '100',
      '12.3',
      '1.23',
      '0.00',
    ]);
  });
});
