import { ValidateBy, type ValidationArguments, type ValidationOptions } from 'class-validator';

const ROUTE = /^(\/:?[\w.~-]+)+$/;

/** Accepts a path of a controller, with parameters. */
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

/** Accepts a path that differs from the path in another property and has no parameter that the other lacks. */
export function IsCompanionRoute(other: string): PropertyDecorator {
  return ValidateBy({
    name: 'isCompanionRoute',
    validator: {
      validate: (value: unknown, args?: ValidationArguments) =>
        isCompanion(String(value), String(Reflect.get(args!.object, other))),
      defaultMessage: () => `$property must differ from ${other} and have no parameter that ${other} lacks`,
    },
  });
}

function isCompanion(route: string, other: string): boolean {
  const known = parameters(other);
  return route !== other && parameters(route).every((parameter) => known.includes(parameter));
}

function parameters(route: string): string[] {
  return route.split('/').filter((segment) => segment.startsWith(':'));
}
