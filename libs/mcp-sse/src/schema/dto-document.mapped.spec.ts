import { beforeAll, describe, expect, it } from '@jest/globals';
import * as swagger from '@nestjs/swagger';
import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import * as mapped from '@nestjs/mapped-types';
import { Allow, IsArray, IsIn, IsInt, IsOptional, IsString, Max } from 'class-validator';
import { loadClassPackages } from './class-packages.js';
import type { DtoClass } from './compiled-schema.js';
import { compileSchema } from './compile-schema.js';
import { McpSchema } from './mcp-schema.decorator.js';

beforeAll(loadClassPackages);

function propertiesOf(dto: DtoClass, direction: 'input' | 'output' = 'input') {
  return compileSchema(dto, 'Test', direction).jsonSchema.properties;
}

class Order {
  @IsString()
  @McpSchema({ description: 'Who ordered' })
  customer!: string;

  @McpSchema({ description: 'How many', examples: [2] })
  @IsInt()
  @Max(9)
  amount!: number;
}

const CUSTOMER = { type: 'string', description: 'Who ordered' };
const AMOUNT = { type: 'integer', maximum: 9, description: 'How many', examples: [2] };

describe.each([
  ['@nestjs/mapped-types', mapped],
  ['@nestjs/swagger', swagger],
])(
  'a class made by %s keeps what @McpSchema() says:',
  (_library, { PartialType, OmitType, PickType, IntersectionType }) => {
    class Note {
      @IsString()
      @McpSchema({ description: 'Free text' })
      text!: string;
    }

    it.each<[string, DtoClass, object]>([
      ['PartialType', class extends PartialType(Order) {}, { customer: CUSTOMER, amount: AMOUNT }],
      ['PartialType, itself', PartialType(Order), { customer: CUSTOMER, amount: AMOUNT }],
      ['OmitType', class extends OmitType(Order, ['amount']) {}, { customer: CUSTOMER }],
      ['PickType', class extends PickType(Order, ['amount']) {}, { amount: AMOUNT }],
      [
        'IntersectionType',
        class extends IntersectionType(Order, Note) {},
        { customer: CUSTOMER, amount: AMOUNT, text: { type: 'string', description: 'Free text' } },
      ],
      ['several', class extends PartialType(OmitType(Order, ['customer'])) {}, { amount: AMOUNT }],
    ])('%s', (_type, dto, properties) => {
      expect(propertiesOf(dto)).toEqual(properties);
    });

    it('and the class itself says it anew', () => {
      class Update extends PartialType(Order) {
        @McpSchema({ description: 'The new customer' })
        customer = 'nobody';
      }
      expect(propertiesOf(Update)).toEqual({
        customer: { type: 'string', default: 'nobody', description: 'The new customer' },
        amount: AMOUNT,
      });
    });
  },
);

it('takes a property for undecorated that has @McpSchema() alone', () => {
  class Bare {
    @IsString()
    name!: string;

    @McpSchema({ description: 'Not checked by anything' })
    note = '';
  }
  expect(() => propertiesOf(Bare)).toThrow('Bare.note has no class-validator decorator');
});

describe('what @ApiProperty() says', () => {
  enum Size {
    Small,
    Large,
  }

  class Product {
    @ApiProperty({ description: 'What it is called', example: 'Tea', deprecated: true, minLength: 2 })
    @IsString()
    name!: string;

    @ApiPropertyOptional({ nullable: true, format: 'date' })
    @IsOptional()
    @IsString()
    since?: string | null;

    @ApiProperty({ enum: Size })
    @Allow()
    size!: unknown;

    @ApiProperty({ enum: ['red', 'green'], isArray: true })
    @IsArray()
    colours!: unknown[];

    @ApiProperty({ type: [Number], nullable: true })
    @IsArray()
    prices!: unknown;

    @ApiProperty({ description: 'of Swagger', enum: ['small', 'large'], maximum: 99 })
    @IsIn(['S', 'L'])
    @McpSchema({ description: 'of ours' })
    letter!: string;
  }

  it('completes what the validators say, and @McpSchema() goes before it', () => {
    expect(propertiesOf(Product)).toEqual({
      name: {
        type: 'string',
        description: 'What it is called',
        examples: ['Tea'],
        deprecated: true,
        minLength: 2,
      },
      since: { type: ['string', 'null'], format: 'date' },
      size: { type: 'number', enum: [0, 1] },
      colours: { type: 'array', items: { enum: ['red', 'green'] } },
      prices: { type: 'array', items: { type: 'number' } },
      letter: { type: 'string', enum: ['S', 'L'], maximum: 99, description: 'of ours' },
    });
  });

  it('only describes a result, whose values nothing holds to it', () => {
    expect(propertiesOf(Product, 'output')).toMatchObject({
      name: { type: 'string', description: 'What it is called' },
      colours: { type: 'array', items: {} },
    });
    expect(propertiesOf(Product, 'output')!['name']).not.toHaveProperty('minLength');
  });

  it('is known from the compiler plugin too, and stays in a class that is made of another', () => {
    class Compiled {
      @IsString()
      name!: string;

      @ApiProperty({ description: 'said by hand' })
      @IsInt()
      amount!: number;

      static _OPENAPI_METADATA_FACTORY() {
        return {
          name: { required: true, type: () => String, description: 'from a comment', minLength: 1 },
          amount: { required: true, type: () => Number, description: 'from a comment', maximum: 5 },
        };
      }
    }
    const expected = {
      name: { type: 'string', description: 'from a comment', minLength: 1 },
      amount: { type: 'integer', description: 'said by hand', maximum: 5 },
    };
    expect(propertiesOf(Compiled)).toEqual(expected);
    expect(propertiesOf(swagger.PartialType(Compiled))).toEqual(expected);
  });
});
