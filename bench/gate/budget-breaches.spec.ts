import { describe, expect, it } from '@jest/globals';
import { budgetBreaches } from './budget-breaches.js';
import type { Costs, CostTable } from './costs.js';

const COSTS: Costs = { socketWrites: 2, allocatedBytes: 50_000 };
const BOTH = ['socketWrites', 'allocatedBytes'] as const;

function table(call: Partial<Costs> = {}): CostTable {
  return { 'express-sse': { call: { ...COSTS, ...call }, event: COSTS, list: COSTS, session: COSTS } };
}

describe('the gate', () => {
  it('passes costs up to the budget', () => {
    expect(budgetBreaches(table(), table(), BOTH)).toEqual([]);
    expect(budgetBreaches(table({ socketWrites: 1, allocatedBytes: 100 }), table(), BOTH)).toEqual([]);
  });

  it('refuses one more socket write in a hundred operations', () => {
    expect(budgetBreaches(table({ socketWrites: 2.02 }), table(), BOTH)).toEqual([
      'express-sse, call: 2.02 socket writes, the budget is 2',
    ]);
  });

  it('lets allocation vary by five percent, and no more', () => {
    expect(budgetBreaches(table({ allocatedBytes: 52_400 }), table(), BOTH)).toEqual([]);
    expect(budgetBreaches(table({ allocatedBytes: 52_600 }), table(), BOTH)).toEqual([
      'express-sse, call: 52600 allocated bytes, the budget is 50000',
    ]);
  });

  it('compares only socket writes where allocation cannot be compared', () => {
    expect(budgetBreaches(table({ allocatedBytes: 99_000 }), table(), ['socketWrites'])).toEqual([]);
  });

  it('refuses an operation without a budget', () => {
    expect(budgetBreaches(table(), {}, BOTH)).toHaveLength(4);
    expect(budgetBreaches(table(), {}, BOTH)[0]).toContain('npm run bench:gate -- --update');
  });
});
