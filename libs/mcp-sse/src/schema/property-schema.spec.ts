import 'reflect-metadata';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Type } from 'class-transformer';
import {
  Allow,
  ArrayMaxSize,
  ArrayMinSize,
  ArrayUnique,
  Contains,
  Equals,
  IsArray,
  IsBoolean,
  IsDate,
  IsDateString,
  IsDefined,
  IsEmail,
  IsEnum,
  IsIn,
  IsInt,
  IsISO8601,
  IsNotEmpty,
  IsNumber,
  IsObject,
  IsOptional,
  IsPhoneNumber,
  IsPositive,
  IsString,
  IsUrl,
  IsUUID,
  Length,
  Matches,
  Max,
  MaxLength,
  Min,
  MinLength,
} from 'class-validator';
import { loadClassPackages } from './class-packages.js';
import { DtoDocument } from './dto-document.js';

beforeAll(loadClassPackages);

/** The schema of the property `value` of a class that is made with decorators on it. */
function schemaOf(designType: unknown, ...decorators: PropertyDecorator[]): unknown {
  class ValueDto {}
  Reflect.defineMetadata('design:type', designType, ValueDto.prototype, 'value');
  for (const decorate of decorators) decorate(ValueDto.prototype, 'value');
  return new DtoDocument(ValueDto, 'ValueDto', 'input').jsonSchema.properties?.value;
}

enum Color {
  Red = 'red',
  Green = 'green',
}

enum Level {
  Low,
  High,
}

describe('The schema of a property', () => {
  it.each<[string, unknown, unknown, PropertyDecorator[]]>([
    ['@IsString', String, { type: 'string' }, [IsString()]],
    ['@Length', String, { type: 'string', minLength: 2, maxLength: 5 }, [Length(2, 5)]],
    [
      '@MinLength and @MaxLength',
      String,
      { type: 'string', minLength: 2, maxLength: 5 },
      [MaxLength(5), MinLength(2)],
    ],
    ['the stricter of two', String, { type: 'string', minLength: 3 }, [MinLength(3), IsNotEmpty()]],
    ['@Matches', String, { type: 'string', pattern: '^a+$' }, [Matches(/^a+$/)]],
    ['@Matches with a flag', String, { type: 'string' }, [Matches(/^a+$/i)]],
    ['@Matches that is no Unicode pattern', String, { type: 'string' }, [Matches(/^[\w-.]+$/)]],
    [
      '@Matches twice',
      String,
      { type: 'string', pattern: 'a', allOf: [{ pattern: 'b' }] },
      [Matches(/a/), Matches(/b/)],
    ],
    ['@Contains', String, { type: 'string', pattern: '1\\.0' }, [Contains('1.0')]],
    ['@IsEmail', String, { type: 'string', format: 'email' }, [IsEmail()]],
    ['@IsUrl', String, { type: 'string', format: 'uri' }, [IsUrl()]],
    ['@IsUUID', String, { type: 'string', format: 'uuid' }, [IsUUID('4')]],
    ['@IsDateString', String, { type: 'string', format: 'date-time' }, [IsDateString()]],
    ['@IsISO8601', String, { type: 'string', format: 'date-time' }, [IsISO8601()]],
    ['@IsNotEmpty on a text', String, { type: 'string', minLength: 1 }, [IsNotEmpty()]],
    ['@IsNotEmpty on a number', Number, { type: 'integer' }, [IsNotEmpty(), IsInt()]],
    ['@IsNotEmpty on anything', Object, { not: { enum: ['', null] } }, [IsNotEmpty()]],
    [
      '@IsInt with bounds in any order',
      Number,
      { type: 'integer', minimum: 1, maximum: 9 },
      [Min(1), IsInt(), Max(9)],
    ],
    ['@IsNumber', Number, { type: 'number' }, [IsNumber()]],
    ['@IsPositive', Number, { type: 'number', exclusiveMinimum: 0 }, [IsPositive()]],
    ['@IsBoolean', Boolean, { type: 'boolean' }, [IsBoolean()]],
    ['@IsObject', Object, { type: 'object' }, [IsObject()]],
    ['@IsEnum of texts', String, { type: 'string', enum: ['red', 'green'] }, [IsEnum(Color)]],
    ['@IsEnum of numbers', Number, { type: 'number', enum: [0, 1] }, [IsEnum(Level)]],
    ['@IsIn', String, { type: 'string', enum: ['a', 'b'] }, [IsIn(['a', 'b'])]],
    ['@IsIn of several types', Object, { enum: ['a', 1, null] }, [IsIn(['a', 1, null])]],
    ['@Equals', String, { type: 'string', enum: ['a'] }, [Equals('a')]],
    ['@IsDate', Date, { type: 'string', format: 'date-time' }, [IsDate(), Type(() => Date)]],
    ['@IsArray', Array, { type: 'array' }, [IsArray()]],
    [
      'validators of each element',
      Array,
      { type: 'array', minItems: 1, maxItems: 3, uniqueItems: true, items: { type: 'string', minLength: 2 } },
      [
        IsString({ each: true }),
        MinLength(2, { each: true }),
        ArrayMinSize(1),
        ArrayMaxSize(3),
        ArrayUnique(),
      ],
    ],
    [
      '@IsEnum of each',
      Array,
      { type: 'array', items: { type: 'string', enum: ['red', 'green'] } },
      [IsEnum(Color, { each: true })],
    ],
    [
      'a validator without a keyword, of each',
      Array,
      { type: 'array', items: { type: 'string' } },
      [IsPhoneNumber('DE', { each: true })],
    ],
    [
      'elements whose type is named',
      Array,
      { type: 'array', items: { type: 'string', format: 'date-time' } },
      [IsArray(), Type(() => Date)],
    ],
    ['@Allow alone', Number, { type: 'number' }, [Allow()]],
    ['@IsDefined alone', Boolean, { type: 'boolean' }, [IsDefined()]],
    ['@IsDefined on anything', Object, { not: { type: 'null' } }, [IsDefined()]],
    ['@IsOptional alone', String, { type: 'string' }, [IsOptional()]],
    ['a class that is not validated', Level.constructor, { type: 'object' }, [IsObject()]],
  ])('expresses %s', (_, designType, expected, decorators) => {
    expect(schemaOf(designType, ...decorators)).toEqual(expected);
  });
});
