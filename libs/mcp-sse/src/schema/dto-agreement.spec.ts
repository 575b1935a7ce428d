import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  IsArray,
  IsBoolean,
  IsDate,
  IsDateString,
  IsDefined,
  IsEmail,
  IsEnum,
  IsIn,
  IsInt,
  IsNotEmpty,
  IsNumber,
  IsObject,
  IsOptional,
  IsPositive,
  IsString,
  IsUrl,
  IsUUID,
  Length,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { loadClassPackages } from './class-packages.js';
import { compileDtoSchema } from './dto-schema.js';

await loadClassPackages();

enum Color {
  Red = 'red',
  Green = 'green',
}

class LineDto {
  @Min(0)
  @IsNumber()
  price!: number;

  @IsOptional()
  @ValidateNested()
  @Type(() => LineDto)
  gift?: LineDto;
}

class BaseDto {
  @IsUUID()
  id!: string;
}

class OrderDto extends BaseDto {
  @Length(2, 4)
  @Matches(/^[a-z]+$/)
  code!: string;

  @IsEmail()
  email!: string;

  @IsUrl()
  site!: string;

  @IsDateString()
  day!: string;

  @IsDate()
  @Type(() => Date)
  at!: Date;

  @IsEnum(Color)
  color!: Color;

  @IsIn([1, 'one', true])
  one!: unknown;

  @IsInt()
  @Max(10)
  @IsPositive()
  count = 1;

  @IsBoolean()
  paid!: boolean;

  @IsNotEmpty()
  @IsString()
  note!: string;

  @IsDefined()
  any!: unknown;

  @IsObject()
  meta!: object;

  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(2)
  @ArrayUnique()
  @IsString({ each: true })
  tags!: string[];

  @ValidateNested({ each: true })
  @Type(() => LineDto)
  lines!: LineDto[];

  @ValidateNested()
  @Type(() => LineDto)
  first!: LineDto;
}

const valid = {
  id: '4f3f1c1e-0e8b-4a53-9f3c-2f1c5a1d8a11',
  code: 'abc',
  email: 'ada@example.com',
  site: 'https://example.com/a',
  day: '2026-01-02T03:04:05Z',
  at: '2026-01-02T03:04:05Z',
  color: 'red',
  one: 'one',
  count: 3,
  paid: true,
  note: 'x',
  any: 0,
  meta: { free: [1] },
  tags: ['a'],
  lines: [{ price: 0 }, { price: 1.5, gift: { price: 2, gift: { price: 3 } } }],
  first: { price: 1 },
};

const accepted: object[] = [
  {},
  { count: undefined, first: { price: 1, gift: { price: 1 } } },
  { one: 1, lines: [], any: 'x', meta: {} },
  { one: true, any: [], tags: ['a', 'b'], color: 'green' },
];

const refused: object[] = [
  { id: 'x' },
  { code: 'a' },
  { code: 'abcde' },
  { code: 'ABC' },
  { code: 1 },
  { email: 'ada' },
  { site: 'nowhere at all' },
  { day: 'today' },
  { at: 'today' },
  { color: 'blue' },
  { one: 2 },
  { count: 1.5 },
  { count: 0 },
  { count: 11 },
  { count: '3' },
  { count: null },
  { paid: 'true' },
  { note: '' },
  { note: null },
  { any: null },
  { meta: 'x' },
  { meta: [] },
  { tags: [] },
  { tags: ['a', 'a'] },
  { tags: ['a', 'b', 'c'] },
  { tags: [1] },
  { tags: 'a' },
  { lines: [{}] },
  { lines: [{ price: -1 }] },
  { lines: [7] },
  { lines: {} },
  { lines: { price: 1 } },
  { lines: [{ price: 1, gift: { price: 'x' } }] },
  { first: null },
  { first: [] },
  { first: { price: 1, extra: 1 } },
  { extra: 1 },
];

const withoutOne = Object.keys(valid).filter((property) => property !== 'count');

describe('the JSON Schema of a DTO', () => {
  const schema = compileDtoSchema(OrderDto, 'OrdersService.create (input)', 'input');
  const ajv = new Ajv2020({ strict: true, strictRequired: true });
  addFormats.default(ajv);
  const check = ajv.compile(schema.jsonSchema);
  const both = async (value: unknown) => [check(value), (await schema.validate(value)).ok];
  const complete = (change: object): unknown => JSON.parse(JSON.stringify({ ...valid, ...change }));

  it.each(accepted)('accepts %j as class-validator does', async (change) => {
    const value = complete(change);
    expect(await both(value)).toEqual([true, true]);
    expect(schema.findUnknown!(value).issues).toEqual([]);
  });

  it.each(refused)('refuses %j as class-validator does', async (change) => {
    expect(await both(complete(change))).toEqual([false, false]);
  });

  it.each(withoutOne)('refuses a value without %s as class-validator does', async (property) => {
    expect(await both(complete({ [property]: undefined }))).toEqual([false, false]);
  });

  it('is strict 2020-12 for a result too', () => {
    const { jsonSchema } = compileDtoSchema(OrderDto, 'OrdersService.create (output)', 'output');
    expect(() => ajv.compile(jsonSchema)).not.toThrow();
  });
});
