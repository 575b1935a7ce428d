import type { TransportName } from '../load/mcp-load.client.js';
import type { Sample } from '../run/sample.js';
import { FLOORS, SERVERS } from '../run/servers.js';
import { compare, type Comparison } from './compare.js';
import { figureOf } from './figures.js';
import { formatNumber } from './format-number.js';
import { markdownTable } from './markdown-table.js';

interface Line {
  readonly title: string;
  readonly transport: TransportName;
  readonly scenario: string;
  readonly unit: string;
}

const LINES: readonly Line[] = [
  { title: 'call over HTTP+SSE', transport: 'sse', scenario: 'call', unit: 'µs' },
  { title: 'call over Streamable HTTP', transport: 'http', scenario: 'call', unit: 'µs' },
  { title: 'call, revision 2026-07-28', transport: 'modern', scenario: 'call', unit: 'µs' },
  { title: 'call with a question, 2026-07-28', transport: 'modern', scenario: 'ask', unit: 'µs' },
  { title: 'list of 50 tools, Streamable HTTP', transport: 'http', scenario: 'list', unit: 'µs' },
  { title: 'progress event, Streamable HTTP', transport: 'http', scenario: 'progress', unit: 'µs' },
  { title: 'whole session, Streamable HTTP', transport: 'http', scenario: 'connect', unit: 'ms' },
  { title: 'one of 10,000 idle sessions, RSS', transport: 'http', scenario: 'idle10k', unit: 'KiB' },
];

const COLUMNS: readonly (readonly [string, Readonly<Record<TransportName, string>>])[] = [
  ['nestjs-mcp-sse, Express', { sse: 'express-sse', http: 'express-http', modern: 'express-modern' }],
  ['nestjs-mcp-sse, Fastify', { sse: 'fastify-sse', http: 'fastify-http', modern: 'fastify-modern' }],
  ['official SDK', { sse: 'sdk-sse', http: 'sdk-http', modern: 'sdk2-modern' }],
  ['@rekog/mcp-nest', { sse: 'mcp-nest1-sse', http: 'mcp-nest2-http', modern: 'mcp-nest2-modern' }],
];

/** The figures that matter most in one table: those of the floor, and what a few servers cost relative to it. */
export function summary(samples: readonly Sample[]): string {
  const rows = LINES.map((line) => {
    const { title, transport, unit } = line;
    const floor = comparison(samples, line, FLOORS[transport]);
    const ratios = COLUMNS.map(([, servers]) => comparison(samples, line, servers[transport])?.ratio);
    return [
      title,
      floor ? `${formatNumber(floor.value)} ${unit}` : '–',
      ...ratios.map((ratio) => (ratio === undefined ? '–' : `${formatNumber(ratio)}×`)),
    ];
  });
  return markdownTable([['', 'floor', ...COLUMNS.map(([title]) => title)], ...rows]);
}

function comparison(samples: readonly Sample[], { scenario }: Line, server: string): Comparison | undefined {
  const measured = SERVERS.find(({ name }) => name === server)!;
  return compare(samples, figureOf(scenario), measured);
}
