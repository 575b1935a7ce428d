import { Transform } from 'class-transformer';
import { applyDecorators } from '@nestjs/common';
import { IsBoolean, ValidateBy } from 'class-validator';

/** Reads `a, b` as `['a', 'b']`. */
export function CommaSeparated(): PropertyDecorator {
  return Transform(({ value }: { value: unknown }) => (typeof value === 'string' ? toList(value) : value));
}

function toList(text: string): string[] {
  return text
    .split(',')
    .map((item) => item.trim())
    .filter((item) => item !== '');
}

/** Reads `true` and `false`. Anything else stays text and is refused. */
export function TrueOrFalse(): PropertyDecorator {
  return applyDecorators(
    Transform(({ value }: { value: unknown }) =>
      value === 'true' || value === 'false' ? value === 'true' : value,
    ),
    IsBoolean({ message: '$property must be true or false' }),
  );
}

export interface WholeNumberOptions {
  min: number;
  max: number;
  /** Whether the word `false` is accepted too. */
  orFalse?: boolean;
}

/** Reads digits as a number. Anything else stays text and is refused, since `Number('')` would be 0. */
export function WholeNumber({ min, max, orFalse = false }: WholeNumberOptions): PropertyDecorator {
  const accepted = `a whole number from ${min} to ${max}${orFalse ? ', or false' : ''}`;
  return applyDecorators(
    Transform(({ value }: { value: unknown }) => {
      if (orFalse && value === 'false') return false;
      return typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
    }),
    ValidateBy({
      name: 'wholeNumber',
      validator: {
        validate: (value: unknown) =>
          (orFalse && value === false) || (typeof value === 'number' && value >= min && value <= max),
        defaultMessage: () => `$property must be ${accepted}`,
      },
    }),
  );
}
