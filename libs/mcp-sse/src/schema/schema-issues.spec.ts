import 'reflect-metadata';
import { describe, expect, it } from '@jest/globals';
import { plainToInstance, Type } from 'class-transformer';
import { IsInt, IsString, Min, validate, ValidateNested } from 'class-validator';
import { addValidationIssues, IssueList } from './schema-issues.js';

async function issuesOf(instance: object) {
  const issues = new IssueList();
  addValidationIssues(await validate(instance), issues);
  return issues.issues;
}

class LineDto {
  @Min(0)
  @IsInt()
  price!: number;
}

class OrderDto {
  @IsString({ each: true })
  tags!: string[];

  @ValidateNested({ each: true })
  @Type(() => LineDto)
  lines!: LineDto[];
}

describe('addValidationIssues', () => {
  it('lists the errors of all levels in the words of class-validator', async () => {
    const order = plainToInstance(OrderDto, { tags: [1], lines: [{ price: 1 }, { price: -0.5 }, 7] });
    expect(await issuesOf(order)).toEqual([
      { path: 'tags', message: 'each value in tags must be a string' },
      { path: 'lines[1].price', message: 'price must be an integer number' },
      { path: 'lines[1].price', message: 'price must not be less than 0' },
      { path: 'lines[2]', message: 'each value in nested property lines must be either object or array' },
    ]);
  });

  it('gives a nested value that is refused as a whole the path of its property', async () => {
    const order = Object.assign(new OrderDto(), { tags: [], lines: [{ price: 1 }] });
    expect(await issuesOf(order)).toEqual([
      { path: 'lines[0]', message: 'an unknown value was passed to the validate function' },
    ]);
  });
});
