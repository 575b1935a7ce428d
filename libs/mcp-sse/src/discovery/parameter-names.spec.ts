import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { parameterNames } from './parameter-names.js';

describe('the names of parameters', () => {
  it.each<[(...args: never[]) => unknown, string[]]>([
    [function none() {}, []],
    [
      function plain(args: object, ctx: object) {
        return [args, ctx];
      },
      ['args', 'ctx'],
    ],
    [async (args: object) => args, ['args']],
    [
      function* each(args: object) {
        yield args;
      },
      ['args'],
    ],
    [
      function defaulted(args = { text: 'a, (b' }, ctx = Math.max(1, 2)) {
        return [args, ctx];
      },
      ['args', 'ctx'],
    ],
    [
      function rest(...args: object[]) {
        return args;
      },
      ['...args'],
    ],
    [
      function $names(_ctx: object, $2: object) {
        return [_ctx, $2];
      },
      ['_ctx', '$2'],
    ],
  ])('of %s', (method, names) => {
    expect(parameterNames(method)).toEqual(names);
  });

  it('are the patterns where they have none', () => {
    const method = ({ sides = 6, of: [a, b] }: { sides?: number; of: number[] }, ctx: object) => [
      sides,
      a,
      b,
      ctx,
    ];
    const [pattern, ctx, ...others] = parameterNames(method);
    expect(pattern).toMatch(/^\{ ?sides/);
    expect([ctx, others]).toEqual(['ctx', []]);
  });

  it.each<[string, string[]]>([
    ['(a /* , b */, c // , d)\n) => 0', ['a', 'c']],
    ["(url = 'http://a', ctx) => 0", ['url', 'ctx']],
    ['(a = `)`, b = "\\")", ctx) => 0', ['a', 'b', 'ctx']],
    ['function ({ a: { b } = {} } = {}, ctx) { return ("x, y"); }', ['{ a: { b } = {} } = {}', 'ctx']],
  ])('of %j', (source, names) => {
    expect(parameterNames(runInNewContext(`(${source})`) as object)).toEqual(names);
  });

  it('of a bound function are unknown', () => {
    function method(this: void, args: object): object {
      return args;
    }
    expect(parameterNames(method.bind(undefined))).toEqual([]);
  });
});
