import type { Type as Class } from '@nestjs/common';
import { Type } from 'class-transformer';
import {
  IsArray,
  IsBoolean,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Max,
  MaxLength,
  Min,
  ValidateNested,
} from 'class-validator';
import { FILLER_ARGUMENTS, MODES } from '../contract/tools.js';

/** Describes a property, or does nothing in the application without MCP. */
export type Describe = (description: string) => PropertyDecorator;

class Range {
  @IsInt()
  readonly from!: number;

  @IsInt()
  readonly to!: number;
}

/** A new class of arguments. */
export function argumentsClass(name: string, describe: Describe): Class {
  class Arguments {
    @describe(FILLER_ARGUMENTS.query)
    @IsString()
    @MaxLength(200)
    readonly query!: string;

    @describe(FILLER_ARGUMENTS.limit)
    @IsInt()
    @Min(1)
    @Max(100)
    readonly limit: number = 10;

    @describe(FILLER_ARGUMENTS.tags)
    @IsArray()
    @IsString({ each: true })
    readonly tags!: string[];

    @describe(FILLER_ARGUMENTS.exact)
    @IsOptional()
    @IsBoolean()
    readonly exact?: boolean;

    @describe(FILLER_ARGUMENTS.mode)
    @IsIn(MODES)
    readonly mode!: (typeof MODES)[number];

    @ValidateNested()
    @Type(() => Range)
    readonly range!: Range;
  }
  return named(Arguments, name);
}

/** A new class of results. */
export function resultClass(name: string, describe: Describe): Class {
  class Result {
    @describe('How many there are')
    @IsInt()
    readonly count!: number;

    @describe('Their names')
    @IsString({ each: true })
    readonly names!: string[];
  }
  return named(Result, name);
}

function named(type: Class, name: string): Class {
  return Object.defineProperty(type, 'name', { value: name });
}
