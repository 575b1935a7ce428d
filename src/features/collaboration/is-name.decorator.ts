import { Matches, type ValidationOptions } from 'class-validator';

/** What documents and channels may be called: it stands in URIs as it is. */
export function IsName(options?: ValidationOptions): PropertyDecorator {
  return Matches(/^[\w.-]{1,100}$/, {
    message: '$property must have 1 to 100 letters, digits, points, hyphens and underscores',
    ...options,
  });
}
