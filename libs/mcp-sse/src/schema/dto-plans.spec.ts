import 'reflect-metadata';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { Transform, Type } from 'class-transformer';
import * as v from 'class-validator';
import fc from 'fast-check';
import { loadClassPackages } from './class-packages.js';
import type { CompiledSchema, DtoClass, SchemaOutcome } from './compiled-schema.js';
import { compileDtoSchema } from './dto-schema.js';

await loadClassPackages();

class LineDto {
  @v.IsString()
  sku!: string;

  @v.IsInt()
  @v.Min(1)
  count = 1;

  @v.IsOptional()
  @v.ValidateNested()
  @Type(() => LineDto)
  gift?: LineDto;
}

enum Color {
  Red = 'red',
  Green = 'green',
}

enum Level {
  Low,
  High,
}

/** Decorators of a property, and values that they often accept. */
interface Kind {
  readonly decorators: readonly PropertyDecorator[];
  readonly always?: readonly PropertyDecorator[];
  readonly values: readonly unknown[];
}

const TEXT_VALUES = [
  'a',
  'ab',
  'abc',
  'red',
  'A',
  '',
  '👍🏽',
  'a@b.cd',
  '2026-01-02',
  '4f3f1c1e-0e8b-4a53-9f3c-2f1c5a1d8a11',
];
const LINES = [
  { sku: 'a' },
  { sku: 'a', count: 2 },
  { sku: 'a', gift: { sku: 'b' } },
  { sku: 1 },
  { sku: 'a', extra: 1 },
];
const TEXTS: Kind = {
  decorators: [
    ...[v.IsString(), v.IsDefined(), v.IsNotEmpty(), v.MinLength(1), v.MaxLength(3), v.Length(1, 2)],
    ...[
      v.IsIn(['a', 'ab', 1]),
      v.IsEnum(Color),
      v.Matches(/^[a-z]+$/),
      v.Matches(/a/g),
      v.Matches('^a', 'i'),
    ],
    ...[v.IsEmail(), v.IsUUID(), v.IsDateString(), v.IsString({ groups: ['admin'], message: 'no $value' })],
  ],
  values: TEXT_VALUES,
};
const NUMBERS: Kind = {
  decorators: [
    ...[v.IsInt(), v.IsNumber(), v.IsNumber({ allowNaN: true, maxDecimalPlaces: 1 }), v.IsEnum(Level)],
    ...[v.Min(0), v.Max(10), v.IsPositive(), v.IsIn([1, 2]), v.IsInt({ always: true })],
  ],
  values: [0, 1, 2, -0, 1.5, 1.25, -1, 2 ** 60, NaN, Infinity],
};
const LISTS: Kind = {
  decorators: [
    ...[v.IsArray(), v.ArrayMinSize(1), v.ArrayMaxSize(2), v.ArrayNotEmpty(), v.ArrayUnique()],
    ...[v.IsString({ each: true }), v.MaxLength(2, { each: true }), v.IsIn(['a', 'ab'], { each: true })],
  ],
  values: [[], ['a'], ['a', 'ab'], ['a', 'a'], ['abc', 1], [null], [undefined], [['a']], 'a'],
};
const KINDS: readonly Kind[] = [
  TEXTS,
  NUMBERS,
  LISTS,
  {
    decorators: [v.IsBoolean(), v.IsObject(), v.Allow(), v.IsDefined(), v.Equals(null), v.IsEmpty()],
    values: [true, {}, { a: [{ b: null }] }, null],
  },
  { decorators: TEXTS.decorators, always: [Type(() => String)], values: ['a', 1, true, ['a', 1], {}] },
  {
    decorators: [...NUMBERS.decorators, v.IsNumber({}, { each: true })],
    always: [Type(() => Number)],
    values: ['1', 1, '', 'x', ['1', 2], true],
  },
  { decorators: [v.IsBoolean()], always: [Type(() => Boolean)], values: ['', 'false', 0, true] },
  { decorators: [v.IsDate()], always: [Type(() => Date)], values: ['2026-01-02', 0, 'soon', ['2026-01-02']] },
  {
    decorators: [v.ValidateNested(), v.IsObject()],
    always: [v.ValidateNested(), Type(() => LineDto)],
    values: [...LINES, LINES.slice(0, 2)],
  },
  {
    decorators: [v.IsArray(), v.ArrayMaxSize(2), v.Allow()],
    always: [v.ValidateNested({ each: true }), Type(() => LineDto)],
    values: [[], [LINES[0]], LINES.slice(0, 2), LINES, LINES[0]],
  },
];

/** What JSON does not have, or what class-transformer and class-validator treat in a special way. */
const ODD = [
  ...[
    null,
    undefined,
    new Date(0),
    () => 1,
    10n,
    new Map(),
    new Set(['a']),
    Promise.resolve(1),
    new LineDto(),
  ],
  ...[{ toString: 1 }, { constructor: 1 }, { then: 1 }, Object.create(null) as object, [[{ sku: 'a' }]]],
  ...(['{"__proto__":{}}', '{"a":{"__proto__":{"x":1}}}', '[{"constructor":1}]'].map((text) =>
    JSON.parse(text),
  ) as object[]),
];

interface Property extends Kind {
  readonly isOptional: boolean;
  readonly initial: unknown;
}

const someProperties = fc.array(
  fc.constantFrom(...KINDS).chain((kind) =>
    fc.record<Property>({
      decorators: fc.subarray([...kind.decorators], {
        minLength: 1,
        maxLength: Math.min(2, kind.decorators.length),
      }),
      always: fc.constant(kind.always ?? []),
      values: fc.constant(kind.values),
      isOptional: fc.boolean(),
      initial: fc.option(fc.constantFrom(...kind.values), { nil: undefined, freq: 5 }),
    }),
  ),
  { minLength: 1, maxLength: 3 },
);

/** Members with names of the class and others, in any order. */
function inputs(all: readonly Property[]): fc.Arbitrary<object> {
  const member = (name: string, values: readonly unknown[]) =>
    fc.tuple(
      fc.constant(name),
      fc.oneof({ weight: 8, arbitrary: fc.constantFrom(...values) }, fc.constantFrom(...ODD)),
    );
  const members = all.map(({ values }, index) =>
    fc.option(member(`p${index}`, values), { nil: undefined, freq: 3 }),
  );
  const names = fc.constantFrom('last', 'p3', '__proto__', 'constructor', 'toString', 'then');
  const extra = fc.option(fc.tuple(names, fc.constantFrom(1, {}, ...ODD)), { nil: undefined, freq: 1 });
  return fc
    .tuple(extra, ...members)
    .chain((found) => fc.shuffledSubarray(found, { minLength: found.length }))
    .map((found) => Object.fromEntries(found.filter((one) => one !== undefined)) as object);
}

const cases = someProperties.chain((all) =>
  fc.tuple(fc.constant(all), fc.array(inputs(all), { minLength: 4, maxLength: 8 })),
);

function classOf(all: readonly Property[]): DtoClass {
  class GeneratedDto {
    constructor() {
      for (const [index, { initial }] of all.entries())
        if (initial !== undefined) Object.assign(this, { [`p${index}`]: structuredClone(initial) });
    }
  }
  for (const [index, { decorators, always = [], isOptional }] of all.entries())
    for (const decorate of [...decorators, ...always, ...(isOptional ? [v.IsOptional()] : [])])
      decorate(GeneratedDto.prototype, `p${index}`);
  v.IsOptional()(GeneratedDto.prototype, 'last');
  return GeneratedDto;
}

/** Adds decorators that change nothing, but that only class-transformer and class-validator understand. */
function complicate(dto: DtoClass): void {
  const prototype = dto.prototype as object;
  Transform(({ value }: { value: unknown }) => value)(prototype, 'last');
  v.ValidateBy({ name: 'anything', validator: { validate: () => true } })(prototype, 'last');
}

async function validated({ validate }: CompiledSchema, value: object) {
  try {
    const outcome = validate(value);
    return { isPlanned: !(outcome instanceof Promise), outcome: await outcome };
  } catch (error) {
    return { isPlanned: false, outcome: String(error) };
  }
}

describe('the plans of a DTO', () => {
  it('give the same outcomes as class-transformer and class-validator', async () => {
    const counts = { planned: 0, accepted: 0, refused: 0 };
    const compare = async (properties: readonly Property[], values: readonly object[]) => {
      const dto = classOf(properties);
      const schema = compileDtoSchema(dto, 'a test', 'input');
      const found = await Promise.all(values.map((value) => validated(schema, value)));
      complicate(dto);
      const reference = compileDtoSchema(dto, 'a test', 'input');
      for (const [index, value] of values.entries()) {
        const { outcome } = await validated(reference, value);
        const { outcome: planned, isPlanned } = found[index]!;
        expect(planned).toStrictEqual(outcome);
        // The order of the members too.
        expect(inspect(planned, { depth: null })).toBe(inspect(outcome, { depth: null }));
        const isOk = (outcome as SchemaOutcome).ok;
        counts[isOk ? 'accepted' : 'refused']++;
        if (isOk && isPlanned) counts.planned++;
      }
    };
    await fc.assert(
      fc.asyncProperty(cases, (drawn) => compare(...drawn)),
      { numRuns: 100 },
    );
    expect(counts.planned).toBeGreaterThan(50);
    expect(counts.refused).toBeGreaterThan(50);
  });
});
