import type { Sample } from '../run/sample.js';
import { SERVERS, TRANSPORT_LABELS } from '../run/servers.js';
import { compare } from './compare.js';
import { figureOf } from './figures.js';
import { markdownTable } from './markdown-table.js';
import { cell } from './tables.js';

export interface SamplesOfNode {
  readonly version: string;
  readonly samples: readonly Sample[];
}

/** A column for each version of Node, a row for each scenario on each server, with ratios to the floor on the same version. */
export function nodesTable(nodes: readonly SamplesOfNode[]): string {
  const scenarios = new Set(nodes.flatMap(({ samples }) => samples.map(({ scenario }) => scenario)));
  const rows = [...scenarios].flatMap((scenario) => {
    const figure = figureOf(scenario);
    return SERVERS.filter(({ own }) => own).flatMap((server) => {
      const cells = nodes.map(({ samples }) => cell(compare(samples, figure, server)));
      const adapter = server.label.replace(/^.*, /, '');
      const title = `${figure.title}: ${TRANSPORT_LABELS[server.transport]}, ${adapter}`;
      return cells.every((text) => text === '–') ? [] : [[title, ...cells]];
    });
  });
  return markdownTable([['', ...nodes.map(({ version }) => version)], ...rows]);
}
