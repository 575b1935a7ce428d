import type { Sample } from '../run/sample.js';
import { SERVERS, TRANSPORT_LABELS, TRANSPORTS, type MeasuredServer } from '../run/servers.js';
import { compare, type Comparison } from './compare.js';
import { CPU_FIGURES, MEMORY_FIGURES, SPEED_FIGURES, type Figure } from './figures.js';
import { formatNumber } from './format-number.js';
import { markdownTable } from './markdown-table.js';

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
      const all = TRANSPORTS.map((transport) =>
        table(TRANSPORT_LABELS[transport], transport, figures, samples),
      );
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
  return markdownTable([
    [label, ...measured.map(({ title }) => title)],
    ...servers.map((server) => [
      server.maxSessions ? `${server.label} ${LIMITED}` : server.label,
      ...measured.map((figure) => cell(compare(samples, figure, server))),
    ]),
  ]);
}

/** A value and its ratio to the floor. */
export function cell(comparison: Comparison | undefined): string {
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
