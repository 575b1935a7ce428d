import 'reflect-metadata';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Expose, Type } from 'class-transformer';
import {
  Allow,
  IsDate,
  IsInt,
  IsOptional,
  IsString,
  registerDecorator,
  Validate,
  ValidateNested,
  ValidatorConstraint,
} from 'class-validator';
import { loadClassPackages } from './class-packages.js';
import { compileDtoSchema } from './dto-schema.js';

beforeAll(loadClassPackages);

const where = 'OrdersService.create (input)';
const compile = (dto: new () => object) => compileDtoSchema(dto, where, 'input');

class LineDto {
  @IsInt()
  price!: number;

  @IsOptional()
  @IsInt()
  count = 1;
}

class OrderDto {
  @IsString()
  customer!: string;

  @ValidateNested({ each: true })
  @Type(() => LineDto)
  lines!: LineDto[];

  @IsOptional()
  @Allow()
  meta?: Record<string, unknown>;
}

const order = { customer: 'Ada', lines: [{ price: 1 }] };

describe('compileDtoSchema of an input', () => {
  it('gives instances of the classes, with their defaults', async () => {
    const schema = compile(OrderDto);
    const outcome = await schema.validate(order);
    const value = (outcome.ok && outcome.value) as OrderDto;
    expect(value).toBeInstanceOf(OrderDto);
    expect(value.lines[0]).toBeInstanceOf(LineDto);
    expect(value.lines[0]?.count).toBe(1);
    expect(schema.dto).toBe(OrderDto);
  });

  it('does not change what it is given', async () => {
    const value = structuredClone(order);
    await compile(OrderDto).validate(value);
    expect(value).toEqual(order);
  });

  it('does not take a text for a number', async () => {
    expect(await compile(LineDto).validate({ price: '1' })).toEqual({
      ok: false,
      issues: [{ path: 'price', message: 'price must be an integer number' }],
    });
  });

  it('refuses unknown properties at all levels', async () => {
    expect(
      await compile(OrderDto).validate({ customer: 'Ada', lines: [{ price: 1, cost: 2 }], extra: 1 }),
    ).toEqual({
      ok: false,
      issues: [
        { path: 'lines[0].cost', message: 'property cost should not exist' },
        { path: 'extra', message: 'property extra should not exist' },
      ],
    });
  });

  it.each(['__proto__', 'constructor', 'prototype', 'toString', 'hasOwnProperty'])(
    'refuses a property called %s at all levels',
    async (name) => {
      const schema = compile(OrderDto);
      const message = `property ${name} should not exist`;
      const root: unknown = JSON.parse(`{"customer":"Ada","lines":[],"${name}":{"admin":true}}`);
      const nested: unknown = JSON.parse(`{"customer":"Ada","lines":[{"price":1,"${name}":{"admin":true}}]}`);
      expect(await schema.validate(root)).toEqual({ ok: false, issues: [{ path: name, message }] });
      expect(await schema.validate(nested)).toEqual({
        ok: false,
        issues: [{ path: `lines[0].${name}`, message }],
      });
      expect(({} as Record<string, unknown>).admin).toBeUndefined();
    },
  );

  it('survives such names in properties that hold anything', async () => {
    const value: unknown = JSON.parse('{"customer":"Ada","lines":[],"meta":{"deep":[{"constructor":"x"}]}}');
    expect(await compile(OrderDto).validate(value)).toMatchObject({
      ok: false,
      issues: [{ path: 'meta.deep[0].constructor' }],
    });
  });

  it('demands nested objects, whose absence class-validator lets pass', async () => {
    expect(await compile(OrderDto).validate({ customer: 'Ada' })).toEqual({
      ok: false,
      issues: [{ path: 'lines', message: 'lines should not be null or undefined' }],
    });
  });

  it.each([[null], [undefined], [[]], ['text'], [new Date()], [new LineDto()]])(
    'refuses %p, which is no plain object',
    async (value) => {
      expect(await compile(OrderDto).validate(value)).toEqual({
        ok: false,
        issues: [{ path: '', message: 'must be an object' }],
      });
    },
  );

  it('takes an object without a prototype', async () => {
    const value: unknown = Object.assign(Object.create(null) as object, order);
    expect(await compile(OrderDto).validate(value)).toMatchObject({ ok: true });
  });

  it('makes dates of texts', async () => {
    class EventDto {
      @IsDate()
      @Type(() => Date)
      at!: Date;
    }
    const at = '2026-01-02T03:04:05.000Z';
    expect(await compile(EventDto).validate({ at })).toMatchObject({ ok: true, value: { at: new Date(at) } });
    expect(await compile(EventDto).validate({ at: 'soon' })).toMatchObject({
      ok: false,
      issues: [{ path: 'at' }],
    });
  });

  it('awaits asynchronous validators', async () => {
    @ValidatorConstraint({ async: true })
    class IsFree {
      validate(name: string) {
        return Promise.resolve(name !== 'taken');
      }
      defaultMessage() {
        return '$property is taken';
      }
    }
    class NameDto {
      @Validate(IsFree)
      name!: string;
    }
    expect(await compile(NameDto).validate({ name: 'free' })).toMatchObject({ ok: true });
    expect(await compile(NameDto).validate({ name: 'taken' })).toEqual({
      ok: false,
      issues: [{ path: 'name', message: 'name is taken' }],
    });
    expect(await compile(NameDto).validate({})).toMatchObject({ ok: false, issues: [{ path: 'name' }] });
  });

  it('runs validators made with registerDecorator', async () => {
    const IsEven = (): PropertyDecorator => (target, propertyName) =>
      registerDecorator({
        name: 'isEven',
        target: target.constructor,
        propertyName: String(propertyName),
        validator: {
          validate: (value) => Number(value) % 2 === 0,
          defaultMessage: () => '$property must be even',
        },
      });
    class EvenDto {
      @IsEven()
      value!: number;
    }
    const schema = compile(EvenDto);
    expect(schema.jsonSchema.properties).toEqual({ value: { type: 'number' } });
    expect(await schema.validate({ value: 3 })).toEqual({
      ok: false,
      issues: [{ path: 'value', message: 'value must be even' }],
    });
  });

  it('takes the names that are exposed', async () => {
    class RenamedDto {
      @Expose({ name: 'order_id' })
      @IsString()
      orderId!: string;
    }
    const schema = compile(RenamedDto);
    expect(schema.jsonSchema).toMatchObject({
      properties: { order_id: { type: 'string' } },
      required: ['order_id'],
    });
    expect(await schema.validate({ order_id: 'a' })).toMatchObject({ ok: true, value: { orderId: 'a' } });
  });

  it('validates nested recursion', async () => {
    class NodeDto {
      @IsString()
      name!: string;

      @IsOptional()
      @ValidateNested({ each: true })
      @Type(() => NodeDto)
      children?: NodeDto[];
    }
    const schema = compile(NodeDto);
    expect(await schema.validate({ name: 'a', children: [{ name: 'b' }] })).toMatchObject({ ok: true });
    expect(await schema.validate({ name: 'a', children: [{ name: 'b', children: [{}] }] })).toMatchObject({
      ok: false,
      issues: [{ path: 'children[0].children[0].name' }],
    });
  });
});
