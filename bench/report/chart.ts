import type { TransportName } from '../load/mcp-load.client.js';
import type { Sample } from '../run/sample.js';
import { FLOORS, SERVERS, TRANSPORT_LABELS, TRANSPORTS, type MeasuredServer } from '../run/servers.js';
import { compare } from './compare.js';
import { figureOf } from './figures.js';
import { formatNumber } from './format-number.js';

/** The scenarios of each column; those of a row share a scale. */
const ROWS: readonly Readonly<Partial<Record<TransportName, string>>>[] = [
  { sse: 'call', http: 'call', modern: 'call' },
  { sse: 'list', http: 'list', modern: 'list' },
  { sse: 'progress', http: 'progress', modern: 'progress' },
  { sse: 'connect', http: 'connect', modern: 'ask' },
  { sse: 'idle10k', http: 'idle10k', modern: 'listen10k' },
];

const MARGIN = 16;
const COLUMN_WIDTH = 312;
const LABEL_WIDTH = 126;
const VALUE_WIDTH = 44;
const BAR_WIDTH = COLUMN_WIDTH - LABEL_WIDTH - VALUE_WIDTH - 12;
const BAR_HEIGHT = 11;
const LINE_HEIGHT = 17;
const HEAD_HEIGHT = 62;
const TITLE_HEIGHT = 26;
const GAP = 14;
const WIDTH = 2 * MARGIN + TRANSPORTS.length * COLUMN_WIDTH;

/** Has a background of its own: an image follows the reader's color scheme, which may differ from the page's. */
const STYLE = `
  .page { fill: #ffffff; stroke: #d1d9e0; }
  text { font: 12px system-ui, -apple-system, "Segoe UI", sans-serif; fill: #59636e; }
  .head { font-size: 15px; font-weight: 600; fill: #1f2328; }
  .title { font-weight: 600; fill: #1f2328; }
  .mine { font-weight: 600; fill: #1f2328; }
  line { stroke: #818b98; stroke-dasharray: 2 2; }
  .own { fill: #1a7f37; } .other { fill: #afb8c1; }
  @media (prefers-color-scheme: dark) {
    .page { fill: #0d1117; stroke: #3d444d; }
    text { fill: #9198a1; }
    .head, .title, .mine { fill: #f0f6fc; }
    line { stroke: #656c76; }
    .own { fill: #3fb950; } .other { fill: #4d5560; }
  }`;

interface Bar {
  readonly server: MeasuredServer;
  readonly ratio: number;
}

interface Panel {
  readonly title: string;
  readonly floor: string;
  readonly bars: readonly Bar[];
}

/** Draws what each server costs, in multiples of the floor, as an SVG: a column for each transport, a row for each scenario. */
export function chart(samples: readonly Sample[]): string {
  const parts: string[] = [];
  let y = MARGIN + HEAD_HEIGHT;
  for (const row of ROWS) {
    const panels = TRANSPORTS.map((transport) => panelOf(samples, transport, row[transport]));
    const longest = Math.max(0, ...panels.flatMap((panel) => panel?.bars.map(({ ratio }) => ratio) ?? []));
    const height = Math.max(0, ...panels.map((panel) => heightOf(panel)));
    if (height === 0) continue;
    for (const [column, panel] of panels.entries())
      if (panel) parts.push(...drawn(panel, MARGIN + column * COLUMN_WIDTH, y, BAR_WIDTH / longest));
    y += height + GAP;
  }
  const heads = TRANSPORTS.map(
    (transport, column) =>
      `<text class="head" x="${MARGIN + column * COLUMN_WIDTH}" y="${MARGIN + 50}">${TRANSPORT_LABELS[transport]}</text>`,
  );
  const legend =
    'What an MCP server costs, in multiples of the floor (dashed line: node:http alone). Shorter is better. Ours is nestjs-mcp-sse.';
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${WIDTH} ${y + MARGIN - GAP}" role="img">`,
    `<title>${legend}</title>`,
    `<style>${STYLE}\n</style>`,
    `<rect class="page" x="0.5" y="0.5" width="${WIDTH - 1}" height="${y + MARGIN - GAP - 1}" rx="8"/>`,
    `<text x="${MARGIN}" y="${MARGIN + 14}">${legend}</text>`,
    ...heads,
    ...parts,
    '</svg>\n',
  ].join('\n');
}

/** @returns undefined if there is nothing to compare with the floor */
function panelOf(
  samples: readonly Sample[],
  transport: TransportName,
  scenario: string | undefined,
): Panel | undefined {
  if (scenario === undefined) return undefined;
  const figure = figureOf(scenario);
  const ofTransport = SERVERS.filter((server) => server.transport === transport);
  const bars = ofTransport.flatMap((server): Bar[] => {
    const ratio = compare(samples, figure, server)?.ratio;
    return ratio === undefined ? [] : [{ server, ratio }];
  });
  if (bars.length === 0) return undefined;
  const floor = compare(
    samples,
    figure,
    ofTransport.find(({ name }) => name === FLOORS[transport])!,
  )!;
  const [title, unit] = figure.title.split(', ');
  return { title: title!, floor: `floor ${formatNumber(floor.value)} ${unit}`, bars };
}

function heightOf(panel: Panel | undefined): number {
  return panel ? TITLE_HEIGHT + panel.bars.length * LINE_HEIGHT : 0;
}

/** @param scale pixels of a bar as long as the floor's */
function drawn({ title, floor, bars }: Panel, x: number, y: number, scale: number): string[] {
  const start = x + LABEL_WIDTH;
  const head =
    `<text x="${x}" y="${y + 14}"><tspan class="title">${escape(title)}</tspan>` +
    `<tspan dx="8">${escape(floor)}</tspan></text>`;
  const rows = bars.map(({ server, ratio }, index) => {
    const top = y + TITLE_HEIGHT + index * LINE_HEIGHT;
    const width = Math.max(1, ratio * scale);
    const mine = server.own ? ' class="mine"' : '';
    return [
      `<text${mine} x="${start - 8}" y="${top + 10}" text-anchor="end">${escape(shortLabel(server))}</text>`,
      `<rect class="${server.own ? 'own' : 'other'}" x="${start}" y="${top}" width="${width.toFixed(1)}" height="${BAR_HEIGHT}" rx="2"/>`,
      `<text${mine} x="${(start + width + 6).toFixed(1)}" y="${top + 10}">${formatNumber(ratio)}×</text>`,
    ].join('');
  });
  const one = (start + scale).toFixed(1);
  const bottom = y + heightOf({ title, floor, bars }) - 4;
  return [head, ...rows, `<line x1="${one}" x2="${one}" y1="${y + TITLE_HEIGHT - 4}" y2="${bottom}"/>`];
}

/** Fits before a bar: without the adapter, and with no more of a version than its major. */
function shortLabel({ label, own }: MeasuredServer): string {
  if (own) return label.replace(/^.*, /, 'ours, ');
  return label
    .replace(/ 0\.[\d.]+$/, '')
    .replace(/\.[\d.]+$/, '')
    .replace(/(?: Server)?, (?:Express|createMcpHandler).*$/, '');
}

function escape(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;');
}
