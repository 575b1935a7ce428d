import 'reflect-metadata';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Exclude, Type } from 'class-transformer';
import {
  Allow,
  IsDateString,
  IsInt,
  IsOptional,
  IsString,
  IsUrl,
  Min,
  ValidateIf,
  ValidateNested,
} from 'class-validator';
import { loadClassPackages } from './class-packages.js';
import { DtoDocument } from './dto-document.js';
import { McpSchema } from './mcp-schema.decorator.js';

beforeAll(loadClassPackages);

const where = 'OrdersService.create (input)';
const documentOf = (dto: new (...args: never[]) => object, direction: 'input' | 'output' = 'input') =>
  new DtoDocument(dto, where, direction).jsonSchema;

describe('DtoDocument', () => {
  it('requires what is not optional, initialised or merely allowed', () => {
    class SearchDto {
      @IsString()
      query!: string;

      @IsOptional()
      @IsString()
      sort?: string;

      @IsInt()
      limit = 10;

      @IsOptional()
      @IsString({ each: true })
      tags: string[] = ['new'];

      @IsString()
      id = String(Math.random());

      @Allow()
      anything?: unknown;

      @ValidateIf((dto: SearchDto) => dto.limit > 10)
      @IsString()
      reason!: string;
    }
    const document = documentOf(SearchDto);
    expect(document.required).toEqual(['query']);
    expect(document).toMatchObject({ type: 'object', additionalProperties: false });
    expect(document.properties).toMatchObject({
      limit: { type: 'integer', default: 10 },
      tags: { default: ['new'] },
      id: { type: 'string' },
    });
    expect(document.properties?.id).not.toHaveProperty('default');
  });

  it('puts descriptions on classes and properties', () => {
    @McpSchema({ description: 'A line', title: 'Line' })
    class LineDto {
      @IsInt()
      @McpSchema({ description: 'In cents', examples: [100] })
      price!: number;
    }
    class OrderDto {
      @ValidateNested()
      @Type(() => LineDto)
      @McpSchema({ description: 'The first line' })
      line!: LineDto;
    }
    const line = {
      type: 'object',
      description: 'A line',
      title: 'Line',
      properties: { price: { type: 'integer', description: 'In cents', examples: [100] } },
      required: ['price'],
      additionalProperties: false,
    };
    expect(documentOf(LineDto)).toEqual(line);
    expect(documentOf(OrderDto)).toEqual({
      type: 'object',
      properties: { line: { $ref: '#/$defs/LineDto', description: 'The first line' } },
      required: ['line'],
      additionalProperties: false,
      $defs: { LineDto: line },
    });
  });

  it('inherits validators, types and descriptions, but not the description of the class', () => {
    @McpSchema({ description: 'A base' })
    class BaseDto {
      @IsString()
      @McpSchema({ description: 'Who asks' })
      user!: string;

      @IsInt()
      @Min(1)
      limit = 5;
    }
    class PageDto extends BaseDto {
      @IsInt()
      page!: number;

      @IsInt()
      @Min(10)
      override limit = 20;
    }
    expect(documentOf(PageDto)).toEqual({
      type: 'object',
      properties: {
        user: { type: 'string', description: 'Who asks' },
        page: { type: 'integer' },
        limit: { type: 'integer', minimum: 10, default: 20 },
      },
      required: ['user', 'page'],
      additionalProperties: false,
    });
  });

  it('describes recursion through $defs', () => {
    class NodeDto {
      @ValidateNested({ each: true })
      @Type(() => NodeDto)
      children!: NodeDto[];
    }
    const node = {
      type: 'object',
      properties: { children: { type: 'array', items: { $ref: '#/$defs/NodeDto' } } },
      required: ['children'],
      additionalProperties: false,
    };
    expect(documentOf(NodeDto)).toEqual({ ...node, $defs: { NodeDto: node } });
  });

  it('tells classes of the same name apart', () => {
    const make = (decorate: PropertyDecorator) => {
      class AddressDto {}
      decorate(AddressDto.prototype, 'value');
      return AddressDto;
    };
    const [Text, Count] = [make(IsString()), make(IsInt())];
    class OrderDto {
      @ValidateNested()
      @Type(() => Text)
      first!: object;

      @ValidateNested()
      @Type(() => Count)
      second!: object;
    }
    expect(documentOf(OrderDto)).toMatchObject({
      properties: { first: { $ref: '#/$defs/AddressDto' }, second: { $ref: '#/$defs/AddressDto2' } },
      $defs: {
        AddressDto: { properties: { value: { type: 'string' } } },
        AddressDto2: { properties: { value: { type: 'integer' } } },
      },
    });
  });

  it('describes maps of nested objects', () => {
    class PriceDto {
      @IsInt()
      price!: number;
    }
    class CatalogDto {
      @ValidateNested({ each: true })
      @Type(() => PriceDto)
      byName!: Map<string, PriceDto>;
    }
    expect(documentOf(CatalogDto).properties?.byName).toEqual({
      type: 'object',
      additionalProperties: { $ref: '#/$defs/PriceDto' },
    });
  });

  it('leaves out what is excluded from an input', () => {
    class UserDto {
      @IsString()
      name!: string;

      @Exclude()
      @IsOptional()
      @IsString()
      role?: string;
    }
    expect(Object.keys(documentOf(UserDto).properties ?? {})).toEqual(['name']);
  });

  it('allows all of a result that class-validator lets pass', () => {
    class ResultDto {
      @IsOptional()
      @IsUrl()
      site?: string;

      @IsDateString()
      day!: string;

      @ValidateIf((_, value) => value !== 'none')
      @IsInt()
      count!: unknown;
    }
    expect(documentOf(ResultDto, 'output').properties).toEqual({
      site: { anyOf: [{ type: 'string' }, { type: 'null' }] },
      day: { type: 'string' },
      count: {},
    });
  });
});
