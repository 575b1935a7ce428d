import { Matches, type ValidationOptions } from 'class-validator';

/** Accepts names of documents and channels, which appear in URIs unescaped. */
export function IsName(options?: ValidationOptions): PropertyDecorator {
  return Matches(/^[\w.-]{1,100}$/, {
    message: '$property must have 1 to 100 letters, digits, points, hyphens and underscores',
    ...options,
  });
}
