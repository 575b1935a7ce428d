import { ValidateBy, type ValidationOptions } from 'class-validator';

const ROUTE = /^(\/:?[\w.~-]+)+$/;

/** A path that a controller can have, parameters included. */
export function IsRoute(options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isRoute',
      validator: {
        validate: (value: unknown) => typeof value === 'string' && ROUTE.test(value),
        defaultMessage: () => '$property must be a path such as /sse or /:tenant/sse',
      },
    },
    options,
  );
}
