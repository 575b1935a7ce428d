import type { Sample } from '../run/sample.js';
import { SERVERS, type MeasuredServer } from '../run/servers.js';
import { compare, type Comparison } from './compare.js';
import { CPU_FIGURES, MEMORY_FIGURES, type Figure } from './figures.js';
import { formatNumber } from './format-number.js';

const PANELS = ['call', 'ask', 'list', 'progress', 'connect', 'idle'];
const TRANSPORTS = { sse: 'SSE', http: 'Streamable', modern: '2026-07-28' };
const WIDTH = 860;
const LABEL_WIDTH = 300;
const VALUE_WIDTH = 130;
const BAR_HEIGHT = 14;
const ROW_HEIGHT = 20;
const TITLE_HEIGHT = 34;

/** Readable on light and dark pages: an image follows the reader's color scheme, not the page's. */
const STYLE = `
  text { font: 12px system-ui, sans-serif; fill: #24292f; }
  .title { font-weight: 600; font-size: 14px; }
  .floor { fill: #8c959f; } .own { fill: #1a7f37; } .other { fill: #54aeff; }
  @media (prefers-color-scheme: dark) {
    text { fill: #e6edf3; }
    .floor { fill: #6e7681; } .own { fill: #3fb950; } .other { fill: #388bfd; }
  }`;

interface Bar {
  readonly server: MeasuredServer;
  readonly comparison: Comparison;
}

/** Draws the main figures as an SVG bar chart. */
export function chart(samples: readonly Sample[]): string {
  const figures = PANELS.flatMap(
    (name) => [...CPU_FIGURES, ...MEMORY_FIGURES].find(({ scenario }) => scenario === name) ?? [],
  );
  let y = 0;
  const panels = figures.map((figure) => {
    const bars = SERVERS.flatMap((server): Bar[] => {
      const comparison = compare(samples, figure, server);
      return comparison ? [{ server, comparison }] : [];
    });
    const top = y;
    if (bars.length > 0) y += TITLE_HEIGHT + bars.length * ROW_HEIGHT;
    return bars.length > 0 ? panel(figure, bars, top) : '';
  });
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y + 8}" role="img">`,
    '<title>CPU and memory of MCP servers; shorter bars are better</title>',
    `<style>${STYLE}\n</style>`,
    ...panels.filter(Boolean),
    '</svg>\n',
  ].join('\n');
}

function panel({ title }: Figure, bars: readonly Bar[], top: number): string {
  const longest = Math.max(...bars.map(({ comparison }) => comparison.value));
  const scale = (WIDTH - LABEL_WIDTH - VALUE_WIDTH) / longest;
  const rows = bars.map(({ server, comparison: { value, ratio } }, index) => {
    const y = top + TITLE_HEIGHT + index * ROW_HEIGHT;
    const width = Math.max(1, value * scale).toFixed(1);
    const text =
      ratio === undefined ? formatNumber(value) : `${formatNumber(value)} (${formatNumber(ratio)}×)`;
    const baseline = y + BAR_HEIGHT - 3;
    return [
      `<text x="${LABEL_WIDTH - 8}" y="${baseline}" text-anchor="end">${label(server)}</text>`,
      `<rect class="${kind(server)}" x="${LABEL_WIDTH}" y="${y}" width="${width}" height="${BAR_HEIGHT}" rx="2"/>`,
      `<text x="${LABEL_WIDTH + Number(width) + 6}" y="${baseline}">${text}</text>`,
    ].join('');
  });
  return [`<text class="title" x="8" y="${top + 24}">${escape(title)}</text>`, ...rows].join('\n');
}

function label({ label, transport }: MeasuredServer): string {
  return escape(`${label} · ${TRANSPORTS[transport]}`);
}

function kind({ own, peer }: MeasuredServer): string {
  if (own) return 'own';
  return peer === undefined ? 'floor' : 'other';
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
