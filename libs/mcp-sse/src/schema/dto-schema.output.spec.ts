import 'reflect-metadata';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Expose, Type } from 'class-transformer';
import { Allow, IsDate, IsInt, IsOptional, IsString, ValidateNested } from 'class-validator';
import { loadClassPackages } from './class-packages.js';
import { compileDtoSchema } from './dto-schema.js';

beforeAll(loadClassPackages);

const where = 'OrdersService.create (output)';
const compile = (dto: new () => object) => compileDtoSchema(dto, where, 'output');

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

describe('compileDtoSchema of a result', () => {
  it('gives the same for what is plain, an instance or a mix', async () => {
    const schema = compile(OrderDto);
    const line = Object.assign(new LineDto(), { price: 1 });
    const values = [
      order,
      { ...order, lines: [line] },
      Object.assign(new OrderDto(), { ...order, lines: [line] }),
      Object.assign(new OrderDto(), order),
    ];
    for (const value of values)
      expect(await schema.validate(value)).toEqual({
        ok: true,
        value: { customer: 'Ada', lines: [{ price: 1, count: 1 }] },
      });
  });

  it('takes an instance of another class with the same properties', async () => {
    class OrderEntity {
      customer = 'Ada';
      lines = [{ price: 1 }];
    }
    expect(await compile(OrderDto).validate(new OrderEntity())).toMatchObject({ ok: true });
  });

  it('takes dates, and gives the names that are exposed', async () => {
    class ResultDto {
      @IsDate()
      at!: Date;

      @Expose({ name: 'order_id' })
      @IsString()
      orderId!: string;
    }
    const schema = compile(ResultDto);
    expect(await schema.validate({ at: new Date(0), orderId: 'a' })).toEqual({
      ok: true,
      value: { at: new Date(0), order_id: 'a' },
    });
    expect(schema.jsonSchema.required).toEqual(['at', 'order_id']);
  });

  it('refuses what is not declared or lacks a property', async () => {
    const schema = compile(OrderDto);
    expect(await schema.validate({ ...order, extra: 1 })).toMatchObject({
      ok: false,
      issues: [{ path: 'extra' }],
    });
    expect(await schema.validate({ customer: 'Ada' })).toMatchObject({
      ok: false,
      issues: [{ path: 'lines' }],
    });
  });
});
