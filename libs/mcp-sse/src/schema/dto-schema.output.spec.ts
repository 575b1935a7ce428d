import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { Expose, Type } from 'class-transformer';
import { Allow, IsDate, IsInt, IsOptional, IsString, ValidateNested } from 'class-validator';
import { compileDtoSchema } from './dto-schema.js';

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
  it('gives the value itself, be it plain, an instance or a mix', async () => {
    const schema = compile(OrderDto);
    const line = Object.assign(new LineDto(), { price: 1 });
    const values = [
      order,
      { ...order, lines: [line] },
      Object.assign(new OrderDto(), { ...order, lines: [line] }),
    ];
    for (const value of [...values, Object.assign(new OrderDto(), order)]) {
      const outcome = await schema.validate(value);
      expect(outcome.ok && outcome.value).toBe(value);
    }
  });

  it('takes an instance of another class with the same properties', async () => {
    class OrderEntity {
      customer = 'Ada';
      lines = [{ price: 1 }];
    }
    expect(await compile(OrderDto).validate(new OrderEntity())).toMatchObject({ ok: true });
  });

  it('takes dates, and names that are exposed otherwise to callers', async () => {
    class ResultDto {
      @IsDate()
      at!: Date;

      @Expose({ name: 'order_id' })
      @IsString()
      orderId!: string;
    }
    const schema = compile(ResultDto);
    expect(await schema.validate({ at: new Date(), orderId: 'a' })).toMatchObject({ ok: true });
    expect(schema.jsonSchema.required).toEqual(['at', 'orderId']);
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
