import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { Exclude, Expose, Transform, Type } from 'class-transformer';
import { IsObject, IsOptional, IsString, ValidateNested } from 'class-validator';
import { loadClassPackages } from './class-packages.js';
import type { DtoClass } from './compiled-schema.js';
import { DtoDocument } from './dto-document.js';
import { InstancePlan } from './instance-plan.js';

await loadClassPackages();

const planOf = (dto: DtoClass) => InstancePlan.of(dto, new DtoDocument(dto, 'a test', 'input').wire);

class Base {
  @IsString()
  name!: string;
}

class Derived extends Base {
  @ValidateNested({ each: true })
  @Type(() => Base)
  bases!: Base[];

  method() {
    return this.bases;
  }
}

function decorated(...decorators: PropertyDecorator[]): DtoClass {
  class Decorated extends Base {}
  for (const decorate of decorators) decorate(Decorated.prototype, 'value');
  return Decorated;
}

class WithAccessor {
  #value = 'a';
  @IsString()
  get value() {
    return this.#value;
  }
  set value(value: string) {
    this.#value = value;
  }
}

class WithNested {
  @ValidateNested()
  @Type(() => WithAccessor)
  value!: WithAccessor;
}

class WithFunction {
  @IsOptional()
  value: unknown = () => 1;
}

class WithMap {
  @ValidateNested()
  @Type(() => Base)
  value!: Map<string, Base>;
}

@Exclude()
class Hidden {
  @Expose()
  @IsString()
  value!: string;
}

class ExtendsHidden extends Hidden {}

class Replaced {
  @IsString()
  value!: string;

  constructor() {
    return new Base() as never;
  }
}

const transform = Transform(({ value }: { value: unknown }) => value);
const transformResult = Transform(({ value }: { value: unknown }) => value, { toPlainOnly: true });
const typeOfValue = Type((given) => (given ? String : Number));
const otherClass = Type(() => Base);

const unplanned: [string, DtoClass][] = [
  ['@Transform()', decorated(IsString(), transform)],
  ['@Transform() for results', decorated(IsString(), transformResult)],
  ['@Expose(), which sets absent properties', decorated(IsString(), Expose())],
  ['@Exclude()', decorated(IsString(), IsOptional(), Exclude())],
  ['@Exclude() on the class', Hidden],
  ['@Exclude() on its base class', ExtendsHidden],
  ['a @Type() that looks at the value', decorated(IsString(), typeOfValue)],
  ['a @Type() whose class is not validated', decorated(IsObject(), otherClass)],
  ['an accessor', WithAccessor],
  ['a nested class that has no plan', WithNested],
  ['a property that holds a function', WithFunction],
  ['a map', WithMap],
  ['a constructor that returns something else', Replaced],
];

describe('InstancePlan', () => {
  it('creates instances of a class, its base classes and its nested classes', () => {
    const made = planOf(Derived)?.create({ bases: [{ name: 'b' }], name: 'a' });
    const expected = Object.assign(new Derived(), {
      bases: [Object.assign(new Base(), { name: 'b' })],
      name: 'a',
    });
    expect(made).toStrictEqual(expected);
  });

  it('leaves a list to class-transformer that becomes a set', () => {
    class WithSet {
      @IsString({ each: true })
      @Type(() => String)
      value!: Set<string>;
    }
    expect(planOf(WithSet)!.create({ value: ['a'] })).toBeUndefined();
  });

  it.each(unplanned)('leaves a class with %s to class-transformer', (_, dto) => {
    expect(planOf(dto)).toBeUndefined();
  });

  it.each([
    '{"x":1}',
    '{"__proto__":{}}',
    '{"constructor":1}',
    '{"bases":{"0":{}}}',
    '{"bases":[[]]}',
    '{"name":{"toString":1}}',
  ])('leaves %s to class-transformer', (text) => {
    expect(planOf(Derived)!.create(JSON.parse(text) as object)).toBeUndefined();
  });

  it.each([undefined, () => 1, 1n, new Date(0), new Map(), Promise.resolve(), new Base(), { then: () => 1 }])(
    'leaves %p, which JSON does not have, to class-transformer',
    (name) => {
      expect(planOf(Derived)!.create({ name })).toBeUndefined();
      expect(planOf(Derived)!.create({ name: [{ name }] })).toBeUndefined();
      expect(planOf(Derived)!.create({ bases: [{ name }] })).toBeUndefined();
    },
  );
});
