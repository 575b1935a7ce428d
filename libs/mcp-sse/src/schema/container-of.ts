import type { ValidationMetadata } from 'class-validator/types/metadata/ValidationMetadata.js';

/** What holds the values that validators of each element check; undefined for a property that is one value. */
export function containerOf(
  validators: readonly ValidationMetadata[],
  designType: unknown,
): 'array' | 'map' | undefined {
  if (designType === Map) return 'map';
  const isArray = validators.some(
    ({ each, name = '' }) => each || name === 'isArray' || name.startsWith('array'),
  );
  return isArray || designType === Array || designType === Set ? 'array' : undefined;
}
