import type { Sample } from '../run/sample.js';
import { markdownTable } from './markdown-table.js';

/** What each scenario of a run took. */
export function durations(samples: readonly Sample[]): string {
  const names = [...new Set(samples.map(({ scenario }) => scenario))];
  const rows = names.map((name) =>
    row(
      name,
      samples.filter(({ scenario }) => scenario === name),
    ),
  );
  return markdownTable([['scenario', 'measurements', 'seconds'], ...rows, row('all', samples)]);
}

function row(name: string, samples: readonly Sample[]): string[] {
  const seconds = samples.reduce((sum, sample) => sum + sample.seconds, 0);
  return [name, String(samples.length), String(Math.round(seconds))];
}
