import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { Type } from 'class-transformer';
import {
  IsNotEmpty,
  IsOptional,
  IsString,
  Matches,
  validate,
  Validate,
  ValidateBy,
  ValidateIf,
  ValidateNested,
  ValidatePromise,
  type ValidationArguments,
  ValidatorConstraint,
} from 'class-validator';
import { CheckPlan } from './check-plan.js';
import { loadClassPackages } from './class-packages.js';
import type { DtoClass } from './compiled-schema.js';
import { DtoDocument } from './dto-document.js';

await loadClassPackages();

const planOf = (dto: DtoClass, direction: 'input' | 'output' = 'input') =>
  CheckPlan.of(dto, new DtoDocument(dto, 'a test', direction).unchecked);

class Base {
  @IsString()
  name = 'a';
}

function decorated(...decorators: PropertyDecorator[]): new () => object {
  class Decorated extends Base {
    value = 'b';
  }
  for (const decorate of decorators) decorate(Decorated.prototype, 'value');
  return Decorated;
}

const custom = (name: string, answer: (value: unknown, args?: ValidationArguments) => unknown) =>
  ValidateBy({ name, constraints: [1], validator: { validate: answer as () => boolean } });
const Conditional = decorated(
  ValidateIf(() => true),
  IsString(),
);

@ValidatorConstraint({ async: true })
class AsyncRule {
  validate = () => Promise.resolve(true);
}

class NamedAsMember {
  @IsString()
  valueOf!: () => string;
}

class WithNested {
  @ValidateNested()
  @Type(() => Conditional)
  value!: object;
}

const unplanned: [string, DtoClass][] = [
  ["the application's own validator", decorated(custom('isEven', () => true))],
  ['a class that validates', decorated(Validate(AsyncRule))],
  ['@ValidateIf()', Conditional],
  ['the option validateIf', decorated(IsString({ validateIf: () => false }))],
  ['@ValidatePromise()', decorated(ValidatePromise())],
  ['an expression that remembers its last match', decorated(Matches(/a/y))],
  ['a property that every object has', NamedAsMember],
  ['a nested class that has no plan', WithNested],
];

describe('CheckPlan', () => {
  it.each(['input', 'output'] as const)('accepts valid instances of its class as %s', (direction) => {
    const Decorated = decorated(IsString());
    const plan = planOf(Decorated, direction)!;
    expect(plan.accepts(new Decorated())).toBe(true);
    expect(plan.accepts(Object.assign(new Decorated(), { name: 1 }))).toBe(false);
    expect(plan.accepts(Object.assign(new Decorated(), { other: 1 }))).toBe(false);
    expect(plan.accepts(new Base())).toBe(false);
  });

  it('checks lists and nested objects, but no optional property without a value', () => {
    class NestingDto {
      @IsString({ each: true })
      texts!: unknown;

      @IsOptional()
      @IsString()
      note!: unknown;

      @ValidateNested()
      @Type(() => Base)
      base!: Base;

      @ValidateNested()
      @Type(() => Base)
      bases!: Base[];
    }
    const plan = planOf(NestingDto)!;
    const valid = { texts: ['a'], note: null, base: new Base(), bases: [new Base()] };
    const changed = (members: object) => plan.accepts(Object.assign(new NestingDto(), valid, members));
    const accepted = [{}, { texts: 'a' }, { texts: [] }, { note: 'b' }, { note: undefined }, { bases: [] }];
    expect(accepted.map(changed)).not.toContain(false);
    for (const members of [
      ...[{ texts: ['a', 1] }, { texts: new Set([1]) }, { texts: undefined }, { note: 1 }],
      ...[
        { base: undefined },
        { base: null },
        { base: [new Base()] },
        { base: {} },
        { base: new NestingDto() },
      ],
      ...[
        { bases: undefined },
        { bases: null },
        { bases: new Base() },
        { bases: [{}] },
        { bases: [[new Base()]] },
      ],
    ])
      expect([members, changed(members)]).toEqual([members, false]);
  });

  it.each(unplanned)('leaves a class with %s to class-validator', (_, dto) => {
    expect(planOf(dto)).toBeUndefined();
  });

  it('gives a validator what class-validator gives it', async () => {
    const given: unknown[] = [];
    const Decorated = decorated(custom('isString', (...args) => given.push(args) > 0));
    const instance = new Decorated();
    await validate(instance);
    expect(planOf(Decorated)!.accepts(instance)).toBe(true);
    expect(given).toHaveLength(2);
    expect(given[0]).toStrictEqual(given[1]);
  });

  it.each([false, true])('takes no promise for a yes of another validator by that name, each: %s', (each) => {
    const validator = { validate: () => Promise.resolve(false) };
    const Decorated = decorated(ValidateBy({ name: 'isString', validator }, { each }));
    const plan = planOf(Decorated)!;
    expect(plan.accepts(new Decorated())).toBe(false);
    expect(plan.accepts(Object.assign(new Decorated(), { value: ['b'] }))).toBe(false);
  });

  it.each([new Set(['']), new Map([['a', '']])])('leaves the elements of %p to class-validator', (value) => {
    const Decorated = decorated(IsNotEmpty({ each: true }));
    expect(planOf(Decorated)!.accepts(Object.assign(new Decorated(), { value }))).toBe(false);
  });
});
