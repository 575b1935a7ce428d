import 'reflect-metadata';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { Type } from 'class-transformer';
import { IsDate, IsString, ValidateNested } from 'class-validator';
import { McpSchemaError } from '../model/errors/mcp-configuration.error.js';
import { loadClassPackages } from './class-packages.js';
import { DtoDocument } from './dto-document.js';

beforeAll(loadClassPackages);

const where = 'OrdersService.create (input)';
const documentOf = (dto: new (...args: never[]) => object, direction: 'input' | 'output' = 'input') =>
  new DtoDocument(dto, where, direction).jsonSchema;

describe('DtoDocument', () => {
  it.each<[string, () => new (...args: never[]) => object, RegExp]>([
    [
      'a class without decorators',
      () => class Plain {},
      /OrdersService.create \(input\): Plain has no class-validator decorators. .* "input"/,
    ],
    ['an interface', () => Object, /has no class-validator decorators/],
    [
      'a nested class without decorators',
      () => {
        class Plain {}
        class Dto {
          @ValidateNested()
          @Type(() => Plain)
          plain!: Plain;
        }
        return Dto;
      },
      /Plain has no class-validator decorators/,
    ],
    [
      'a nested class that is not named',
      () => {
        class Dto {
          @ValidateNested({ each: true })
          lines!: object[];
        }
        return Dto;
      },
      /Dto.lines has @ValidateNested\(\). Add @Type\(\(\) => TheClass\)/,
    ],
    [
      'a date that nothing makes a Date',
      () => {
        class Dto {
          @IsDate()
          at!: Date;
        }
        return Dto;
      },
      /Dto.at .* Add @Type\(\(\) => Date\)/,
    ],
    [
      'a property that has an initialiser and no decorator',
      () => {
        class Dto {
          @IsString()
          name!: string;
          internal = 1;
        }
        return Dto;
      },
      /Dto.internal has no class-validator decorator/,
    ],
    [
      'a constructor that needs arguments',
      () => {
        class Dto {
          @IsString()
          name: string;
          constructor(from: { name: string }) {
            this.name = from.name;
          }
        }
        return Dto;
      },
      /Dto cannot be created without arguments/,
    ],
    [
      'a discriminator',
      () => {
        class Cat {
          @IsString()
          name!: string;
        }
        class Dto {
          @ValidateNested()
          @Type(() => Cat, { discriminator: { property: 'kind', subTypes: [{ name: 'cat', value: Cat }] } })
          pet!: Cat;
        }
        return Dto;
      },
      /Dto.pet has a @Type\(\) with a discriminator/,
    ],
    [
      'a type that depends on the value',
      () => {
        class Dto {
          @ValidateNested()
          @Type((options) => options!.object.kind as never)
          pet!: object;
        }
        return Dto;
      },
      /Dto.pet has a @Type\(\) that fails without a value/,
    ],
  ])('says how to mend %s', (_, make, message) => {
    expect(() => documentOf(make())).toThrow(McpSchemaError);
    expect(() => documentOf(make())).toThrow(message);
  });
});
