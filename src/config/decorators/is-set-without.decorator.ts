import { ValidateBy, type ValidationArguments } from 'class-validator';

/** A property that may be set only where another one is not. */
export function IsSetWithout(other: string): PropertyDecorator {
  return ValidateBy({
    name: 'isSetWithout',
    validator: {
      validate: (_value: unknown, args?: ValidationArguments) =>
        Reflect.get(args!.object, other) === undefined,
      defaultMessage: () => `$property must not be set beside ${other}: unset one of them`,
    },
  });
}
