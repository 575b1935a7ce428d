import type { Sample } from '../run/sample.js';
import { SERVERS, type MeasuredServer } from '../run/servers.js';
import { compare } from './compare.js';
import { CPU_FIGURES, MEMORY_FIGURES, SPEED_FIGURES, type Figure } from './figures.js';
import { formatNumber } from './format-number.js';

const TRANSPORTS = [
  ['sse', 'HTTP+SSE'],
  ['http', 'Streamable HTTP'],
  ['modern', 'Revision 2026-07-28'],
] as const;
const LIMITED = '†';

/** The results in Markdown, each value followed by its ratio to the floor. */
export function tables(samples: readonly Sample[]): string {
  const sections = [
    ['CPU of the server per operation', CPU_FIGURES],
    ['Memory', MEMORY_FIGURES],
    ['Speed of one core, and what else was going on', SPEED_FIGURES],
  ] as const;
  const notes = [
    SERVERS.some(({ name, maxSessions }) => maxSessions && samples.some(({ server }) => server === name))
      ? `${LIMITED} Measured with one session, since it serves no second one.`
      : '',
    ...failures(samples),
  ].filter(Boolean);
  return [
    ...sections.flatMap(([title, figures]) => {
      const all = TRANSPORTS.map(([transport, label]) => table(label, transport, figures, samples));
      return all.some(Boolean) ? [`### ${title}`, ...all.filter(Boolean)] : [];
    }),
    ...notes,
  ].join('\n\n');
}

function table(
  label: string,
  transport: MeasuredServer['transport'],
  figures: readonly Figure[],
  samples: readonly Sample[],
): string {
  const servers = SERVERS.filter(
    (server) => server.transport === transport && samples.some((sample) => sample.server === server.name),
  );
  const measured = figures.filter(({ scenario }) =>
    samples.some(
      (sample) => sample.scenario === scenario && servers.some(({ name }) => name === sample.server),
    ),
  );
  if (servers.length === 0 || measured.length === 0) return '';
  const rows = [
    [label, ...measured.map(({ title }) => title)],
    ['---', ...measured.map(() => '---:')],
    ...servers.map((server) => [
      server.maxSessions ? `${server.label} ${LIMITED}` : server.label,
      ...measured.map((figure) => cell(figure, server, samples)),
    ]),
  ];
  return rows.map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

function cell(figure: Figure, server: MeasuredServer, samples: readonly Sample[]): string {
  const comparison = compare(samples, figure, server);
  if (!comparison) return '–';
  const value = formatNumber(comparison.value);
  return comparison.ratio === undefined ? value : `${value} (${formatNumber(comparison.ratio)}×)`;
}

function failures(samples: readonly Sample[]): string[] {
  const lines = samples.flatMap(({ server, scenario, failure }) =>
    failure === undefined ? [] : [`- ${server}, ${scenario}: ${failure}`],
  );
  return lines.length === 0 ? [] : [`Not measured:\n\n${[...new Set(lines)].join('\n')}`];
}
