import type { Costs, CostTable, OperationName } from './costs.js';

/** Allocation varies by one or two percent between runs; writes do not vary. */
const TOLERANCE: Readonly<Record<keyof Costs, number>> = { socketWrites: 1.005, allocatedBytes: 1.05 };

const NAMES: Readonly<Record<keyof Costs, string>> = {
  socketWrites: 'socket writes',
  allocatedBytes: 'allocated bytes',
};

/**
 * Lists the costs above the budget, one per line.
 *
 * @param compared the costs to compare
 */
export function budgetBreaches(
  measured: CostTable,
  budget: CostTable,
  compared: readonly (keyof Costs)[],
): string[] {
  return Object.entries(measured).flatMap(([server, operations]) =>
    Object.entries(operations).flatMap(([operation, costs]) => {
      const allowed = budget[server]?.[operation as OperationName];
      if (!allowed)
        return [`${server}, ${operation}: has no budget; add it with npm run bench:gate -- --update`];
      return compared
        .filter((cost) => costs[cost] > allowed[cost] * TOLERANCE[cost])
        .map(
          (cost) => `${server}, ${operation}: ${costs[cost]} ${NAMES[cost]}, the budget is ${allowed[cost]}`,
        );
    }),
  );
}
