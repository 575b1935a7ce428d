import { Type } from 'class-transformer';
import { IsInt, IsOptional, IsString, Length, Min, ValidateBy, ValidateNested } from 'class-validator';
import { EchoDto } from '../server/echo.dto.js';
import { FillerDto } from '../server/filler.dto.js';

class AddressDto {
  @IsString()
  readonly street!: string;

  @Length(2, 2)
  readonly country!: string;
}

class LineDto {
  @IsString()
  readonly article!: string;

  @IsInt()
  @Min(1)
  readonly count: number = 1;
}

class OrderDto {
  @IsString()
  readonly customer!: string;

  @ValidateNested()
  @Type(() => AddressDto)
  readonly address!: AddressDto;

  @ValidateNested({ each: true })
  @Type(() => LineDto)
  readonly lines!: LineDto[];

  @IsOptional()
  @IsString()
  readonly note?: string;
}

class CustomDto {
  @ValidateBy({
    name: 'isLowerCase',
    validator: { validate: (value: string) => value === value.toLowerCase() },
  })
  readonly message!: string;
}

/** A class, and arguments that it accepts. */
export interface DtoCase {
  readonly title: string;
  readonly dto: new () => object;
  readonly value: object;
}

const message = 'x'.repeat(64);

export const DTO_CASES: readonly DtoCase[] = [
  { title: 'one text', dto: EchoDto, value: { message } },
  {
    title: 'five properties',
    dto: FillerDto,
    value: { query: 'something', limit: 10, tags: ['a', 'b'], exact: true, mode: 'fast' },
  },
  {
    title: 'an object and a list of three in an object',
    dto: OrderDto,
    value: {
      customer: 'Ada',
      address: { street: '1 Main Street', country: 'DE' },
      lines: [{ article: 'a' }, { article: 'b', count: 2 }, { article: 'c', count: 3 }],
    },
  },
  { title: "one text, with the application's own validator", dto: CustomDto, value: { message } },
];
