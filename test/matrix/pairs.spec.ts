import { expect, it } from '@jest/globals';
import { ADAPTERS, isPlausible, MODULES, NEST, NODES, PAIRS, RUNNERS, titleOf, type Pair } from './pairs.js';

const MEMBERS = ['nest', 'modules', 'adapter', 'node', 'runner'] as const;

it('has each plausible combination of two values in a pair', () => {
  const needed = new Set(everyPair().filter(isPlausible).flatMap(combinations));
  const tested = new Set(PAIRS.flatMap(combinations));
  expect([...needed].filter((combination) => !tested.has(combination))).toEqual([]);
});

it('has no pair twice, and none that is known not to work', () => {
  expect(new Set(PAIRS.map(titleOf)).size).toBe(PAIRS.length);
  expect(PAIRS.filter((pair) => !isPlausible(pair))).toEqual([]);
});

function everyPair(): Pair[] {
  return NEST.flatMap((nest) =>
    MODULES.flatMap((modules) =>
      ADAPTERS.flatMap((adapter) =>
        NODES.flatMap((node) => RUNNERS.map((runner) => ({ nest, modules, adapter, node, runner }))),
      ),
    ),
  );
}

/** Each two values of a pair. To a runner, Node 20.19.0 is as good as a later 20. */
function combinations(pair: Pair): string[] {
  return MEMBERS.flatMap((first, index) =>
    MEMBERS.slice(index + 1).map((second) => {
      const value = first === 'node' && second === 'runner' ? pair.node.split('.')[0] : pair[first];
      return `${first} ${value}, ${second} ${pair[second]}`;
    }),
  );
}
