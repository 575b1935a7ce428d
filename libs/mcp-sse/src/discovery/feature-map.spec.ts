import { expect, it } from '@jest/globals';
import { FeatureMap } from './feature-map.js';

const tool = (name: string) => ({ definition: { name }, source: `of ${name}` });

it('lists its features by name, whatever the order in which they were added', () => {
  const names = ['b', 'a', 'B', 'ä', 'a.b', 'a_b', 'a10', 'a2'];
  const listed = [names, names.toReversed(), names.toSorted()].map((order) => {
    const map = new FeatureMap<ReturnType<typeof tool>>('tool', 'name');
    for (const name of order) map.add(tool(name));
    map.delete('a2');
    map.add(tool('a2'));
    return map.definitions.map(({ name }) => name);
  });
  expect(listed).toEqual(Array(3).fill(['B', 'a', 'a.b', 'a10', 'a2', 'a_b', 'b', 'ä']));
});
