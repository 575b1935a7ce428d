import { median } from '../run/statistics.js';
import type { Sample } from '../run/sample.js';
import { FLOORS, type MeasuredServer } from '../run/servers.js';
import type { Figure } from './figures.js';

export interface Comparison {
  readonly value: number;
  /** The ratio to the floor of the same transport in the same round. */
  readonly ratio?: number;
}

/** The medians, over all rounds, of a figure and of its ratio to the floor. */
export function compare(
  samples: readonly Sample[],
  { scenario, value, compared }: Figure,
  { name, transport }: MeasuredServer,
): Comparison | undefined {
  const valuesOf = (server: string) =>
    new Map(
      samples.flatMap((sample) => {
        if (sample.server !== server || sample.scenario !== scenario || !sample.result) return [];
        const measured = value(sample.result);
        return measured === undefined ? [] : [[sample.round, measured] as const];
      }),
    );
  const own = valuesOf(name);
  const floor =
    compared && name !== FLOORS[transport] ? valuesOf(FLOORS[transport]) : new Map<number, number>();
  const middle = median([...own.values()]);
  if (middle === undefined) return undefined;
  const ratios = [...own].flatMap(([round, measured]) =>
    floor.has(round) ? [measured / floor.get(round)!] : [],
  );
  return { value: middle, ratio: median(ratios) };
}
