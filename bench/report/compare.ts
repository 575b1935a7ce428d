import { median } from '../run/statistics.js';
import type { Sample } from '../run/sample.js';
import { FLOORS, type MeasuredServer } from '../run/servers.js';
import type { Figure } from './figures.js';

export interface Comparison {
  readonly value: number;
  /** The ratio to the floor of the same transport. */
  readonly ratio?: number;
}

/**
 * The medians, over all rounds, of a figure and of its ratio to the floor: the one that was measured in alternation with
 * the server, or else, for memory, in the same round.
 */
export function compare(
  samples: readonly Sample[],
  { scenario, value, compared }: Figure,
  { name, transport }: MeasuredServer,
): Comparison | undefined {
  const floor = FLOORS[transport];
  const resultsOf = (server: string) =>
    samples.filter((sample) => sample.server === server && sample.scenario === scenario && sample.result);
  const floors = new Map(resultsOf(floor).map(({ round, result }) => [round, value(result!)]));
  const values: number[] = [];
  const ratios: number[] = [];
  for (const { round, result } of resultsOf(name)) {
    const measured = value(result!);
    if (measured === undefined) continue;
    values.push(measured);
    const ratio = result!.cpuRatio ?? measured / (floors.get(round) ?? NaN);
    if (compared && name !== floor && !Number.isNaN(ratio)) ratios.push(ratio);
  }
  const middle = median(values);
  return middle === undefined ? undefined : { value: middle, ratio: median(ratios) };
}
