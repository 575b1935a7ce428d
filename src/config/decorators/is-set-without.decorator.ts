import { ValidateBy, type ValidationArguments } from 'class-validator';

/** Refuses a property if another one is set too. */
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
