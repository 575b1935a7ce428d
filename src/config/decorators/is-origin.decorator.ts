import { ValidateBy, type ValidationOptions } from 'class-validator';

/** An origin as browsers send it: lower case, no path, no default port. A wildcard is none. */
export function IsOrigin(options?: ValidationOptions): PropertyDecorator {
  return ValidateBy(
    {
      name: 'isOrigin',
      validator: {
        validate: isOrigin,
        defaultMessage: () =>
          '$property must name origins such as https://chat.example.com or http://localhost:5173, ' +
          'in lower case, without a path, a final slash or a default port',
      },
    },
    options,
  );
}

function isOrigin(value: unknown): boolean {
  if (typeof value !== 'string' || !/^[a-z][a-z0-9+.-]*:\/\/[^\s/?#@*]+$/.test(value)) return false;
  // Desktop clients and browser extensions send origins of schemes that URL does not compute one for.
  if (!/^https?:/.test(value)) return true;
  return URL.canParse(value) && new URL(value).origin === value;
}
