import { beforeAll, describe, expect, it } from '@jest/globals';
import * as mapped from '@nestjs/mapped-types';
import * as swagger from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, ValidateNested } from 'class-validator';
import { loadClassPackages } from './class-packages.js';
import type { DtoClass } from './compiled-schema.js';
import { compileSchema } from './compile-schema.js';
import { McpHeader } from './mcp-header.decorator.js';
import { McpSchema } from './mcp-schema.decorator.js';

beforeAll(loadClassPackages);

function schemaOf(dto: DtoClass, direction: 'input' | 'output' = 'input') {
  return compileSchema(dto, 'Test', direction).jsonSchema;
}

class Query {
  @McpHeader('Region')
  @IsString()
  @McpSchema({ description: 'Where' })
  region!: string;

  @IsInt()
  limit!: number;
}

const REGION = { type: 'string', description: 'Where', 'x-mcp-header': 'Region' };

describe('@McpHeader()', () => {
  it('adds x-mcp-header to a property of the arguments', () => {
    expect(schemaOf(Query).properties).toEqual({ region: REGION, limit: { type: 'integer' } });
  });

  it('leaves results as they are', () => {
    expect(schemaOf(Query, 'output').properties).toMatchObject({
      region: { type: 'string', description: 'Where' },
    });
    expect(JSON.stringify(schemaOf(Query, 'output'))).not.toContain('x-mcp-header');
  });

  it('is inherited, with what the subclass says of the property', () => {
    class Narrow extends Query {
      @McpSchema({ description: 'Narrower' })
      @IsString()
      declare region: string;
    }
    class Renamed extends Query {
      @McpHeader('Zone')
      @IsString()
      declare region: string;
    }
    expect(schemaOf(Narrow).properties!['region']).toEqual({ ...REGION, description: 'Narrower' });
    expect(schemaOf(Renamed).properties!['region']).toEqual({ ...REGION, 'x-mcp-header': 'Zone' });
  });

  it.each<[string, DtoClass]>(
    [mapped, swagger].flatMap(
      ({ PartialType, OmitType, PickType, IntersectionType }): [string, DtoClass][] => [
        ['PartialType', PartialType(Query)],
        ['OmitType', OmitType(Query, ['limit'])],
        ['PickType', class extends PickType(Query, ['region']) {}],
        ['IntersectionType', IntersectionType(Query, class Empty {})],
      ],
    ),
  )('is kept by %s', (_name, dto) => {
    expect(schemaOf(dto).properties!['region']).toEqual(REGION);
  });

  it('puts the schema of a nested class in place, where clients find it', () => {
    class Place {
      @ValidateNested()
      @Type(() => Query)
      query!: Query;
    }
    class Order {
      @McpSchema({ description: 'From' })
      @ValidateNested()
      @Type(() => Place)
      @IsOptional()
      from?: Place;
    }
    const { $defs, properties } = schemaOf(Order);
    expect($defs).toBeUndefined();
    expect(properties).toMatchObject({
      from: {
        type: 'object',
        description: 'From',
        properties: {
          query: { type: 'object', properties: { region: REGION }, required: ['region', 'limit'] },
        },
        additionalProperties: false,
      },
    });
  });

  it('leaves a reference to a class without it', () => {
    class Line {
      @IsInt()
      amount!: number;
    }
    class Order {
      @McpHeader('Region')
      @IsString()
      region!: string;

      @ValidateNested()
      @Type(() => Line)
      line!: Line;
    }
    expect(schemaOf(Order)).toMatchObject({
      properties: { line: { $ref: '#/$defs/Line' } },
      $defs: { Line: { type: 'object' } },
    });
  });

  it('keeps the reference of a class to itself', () => {
    class Node {
      @McpHeader('Region')
      @IsString()
      region!: string;

      @ValidateNested()
      @Type(() => Node)
      @IsOptional()
      child?: Node;
    }
    expect(schemaOf(Node)).toMatchObject({
      properties: { child: { $ref: '#/$defs/Node' } },
      $defs: { Node: { properties: { region: { 'x-mcp-header': 'Region' } } } },
    });
  });
});
