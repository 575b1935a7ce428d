import 'reflect-metadata';
import { inspect } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { Exclude, Expose, Transform, Type } from 'class-transformer';
import * as v from 'class-validator';
import fc from 'fast-check';
import { CheckPlan } from './check-plan.js';
import { loadClassPackages } from './class-packages.js';
import type { CompiledSchema, DtoClass, SchemaOutcome } from './compiled-schema.js';
import { DtoDocument } from './dto-document.js';
import { compileDtoSchema } from './dto-schema.js';
import { InstancePlan } from './instance-plan.js';

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
    values: [...LINES, LINES],
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
  ...[
    { toString: 1 },
    { constructor: 1 },
    { then: () => 1 },
    Object.create(null) as object,
    [[{ sku: 'a' }]],
  ],
  ...(['{"__proto__":{}}', '{"a":{"__proto__":{"x":1}}}', '[{"constructor":1}]'].map((text) =>
    JSON.parse(text),
  ) as object[]),
];

interface Property extends Kind {
  readonly isOptional: boolean;
  readonly initial: unknown;
}

const properties = fc.array(
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
    fc.option(member(`p${index}`, values), { nil: undefined, freq: 6 }),
  );
  const names = fc.constantFrom('last', 'p3', '__proto__', 'constructor', 'toString', 'then');
  const extra = fc.option(fc.tuple(names, fc.constantFrom(1, {}, ...ODD)), { nil: undefined, freq: 1 });
  return fc
    .tuple(extra, ...members)
    .chain((found) => fc.shuffledSubarray(found, { minLength: found.length }))
    .map((found) => Object.fromEntries(found.filter((one) => one !== undefined)) as object);
}

const cases = properties.chain((all) =>
  fc.record({ properties: fc.constant(all), values: fc.array(inputs(all), { minLength: 4, maxLength: 8 }) }),
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
  it('give the outcomes of class-transformer and class-validator', async () => {
    const counts = { planned: 0, accepted: 0, refused: 0 };
    const compare = async ({
      properties: all,
      values,
    }: {
      properties: readonly Property[];
      values: object[];
    }) => {
      const dto = classOf(all);
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
    await fc.assert(fc.asyncProperty(cases, compare), { numRuns: 100 });
    expect(counts.planned).toBeGreaterThan(50);
    expect(counts.refused).toBeGreaterThan(50);
  });

  class Base {
    @v.IsString()
    name!: string;
  }
  const planned = (dto: DtoClass, direction: 'input' | 'output' = 'input') => {
    const { wire, unchecked } = new DtoDocument(dto, 'a test', direction);
    return {
      instance: InstancePlan.of(dto, wire) !== undefined,
      check: CheckPlan.of(dto, unchecked) !== undefined,
    };
  };

  it('serve subclasses and nested classes', () => {
    class Derived extends Base {
      @v.ValidateNested({ each: true })
      @Type(() => LineDto)
      lines!: LineDto[];

      method() {}
    }
    expect(planned(Derived)).toEqual({ instance: true, check: true });
  });

  const decorated = (...decorators: PropertyDecorator[]): DtoClass => {
    class Decorated extends Base {}
    for (const decorate of decorators) decorate(Decorated.prototype, 'value');
    return Decorated;
  };
  class WithAccessor {
    #value = 'a';
    @v.IsString()
    get value() {
      return this.#value;
    }
    set value(value: string) {
      this.#value = value;
    }
  }
  class WithFunction {
    @v.IsOptional()
    value: unknown = () => 1;
  }
  class WithMap {
    @v.ValidateNested()
    @Type(() => Base)
    value!: Map<string, Base>;
  }
  class WithUnplanned {
    @v.ValidateNested()
    @Type(() => WithAccessor)
    value!: WithAccessor;
  }
  @Exclude()
  class Hidden {
    @Expose()
    @v.IsString()
    value!: string;
  }
  class ExtendsHidden extends Hidden {}
  class Replaced {
    @v.IsString()
    value!: string;

    constructor() {
      return new Base() as never;
    }
  }
  it.each<[string, DtoClass]>([
    [
      '@Transform()',
      decorated(
        v.IsString(),
        Transform(({ value }: { value: unknown }) => value),
      ),
    ],
    [
      '@Transform() for results',
      decorated(
        v.IsString(),
        Transform(() => 1, { toPlainOnly: true }),
      ),
    ],
    ['@Expose(), which sets absent properties', decorated(v.IsString(), Expose())],
    ['@Exclude()', decorated(v.IsString(), v.IsOptional(), Exclude())],
    ['@Exclude() on a class', Hidden],
    ['@Exclude() on a base class', ExtendsHidden],
    [
      '@Type() that looks at the value',
      decorated(
        v.IsString(),
        Type((given) => (given ? String : Number)),
      ),
    ],
    [
      '@Type() of another class',
      decorated(
        v.IsObject(),
        Type(() => Base),
      ),
    ],
    ['an accessor', WithAccessor],
    ['a property that holds a function', WithFunction],
    ['a map', WithMap],
    ['a constructor that returns something else', Replaced],
    ['a nested class of such', WithUnplanned],
  ])('leave %s to class-transformer', (_, dto) => {
    expect(planned(dto).instance).toBe(false);
  });

  class AsyncRule {
    validate = () => Promise.resolve(true);
  }
  v.ValidatorConstraint({ async: true })(AsyncRule);
  class Nested {
    @v.ValidateNested()
    @Type(() => Decorated)
    value!: object;
  }
  const Decorated = decorated(
    v.ValidateIf(() => true),
    v.IsString(),
  );
  it.each<[string, DtoClass]>([
    ['a custom validator', decorated(v.ValidateBy({ name: 'even', validator: { validate: () => true } }))],
    ['a class of a validator', decorated(v.Validate(AsyncRule))],
    ['@ValidateIf()', Decorated],
    ['the option validateIf', decorated(v.IsString({ validateIf: () => false }))],
    ['@ValidatePromise()', decorated(v.ValidatePromise())],
    ['a sticky expression', decorated(v.Matches(/a/y))],
    ['a nested class of such', Nested],
  ])('leave %s to class-validator', (_, dto) => {
    expect(planned(dto).check).toBe(false);
  });

  it('never take a promise for a yes', async () => {
    const disguised = v.ValidateBy({
      name: 'isString',
      validator: { validate: () => Promise.resolve(false) as never, defaultMessage: () => 'no' },
    });
    const outcome = await compileDtoSchema(decorated(disguised), 'a test', 'input').validate({
      name: 'a',
      value: 'a',
    });
    expect(outcome).toEqual({ ok: false, issues: [{ path: 'value', message: 'no' }] });
  });

  it('give a validator what class-validator gives it', async () => {
    const seen: unknown[] = [];
    const validate = (value: unknown, args?: v.ValidationArguments) => seen.push(value, { ...args }) > 0;
    const spy = v.ValidateBy({ name: 'isString', constraints: [1], validator: { validate } });
    const dto = decorated(spy);
    await compileDtoSchema(dto, 'a test', 'input').validate({ name: 'a', value: 'b' });
    const [value, args, ...again] = seen;
    complicate(dto);
    v.IsOptional()(dto.prototype as object, 'last');
    seen.length = 0;
    await compileDtoSchema(dto, 'a test', 'input').validate({ name: 'a', value: 'b' });
    expect(seen).toStrictEqual([value, args]);
    expect(again).toEqual([]);
  });

  it('check results too', () => {
    const result = compileDtoSchema(Base, 'a test', 'output');
    expect(result.validate({ name: 'a' })).toEqual({ ok: true, value: { name: 'a' } });
    expect(result.validate({ name: 1 })).toBeInstanceOf(Promise);
  });
});
