import type { ValidationMetadata } from 'class-validator/types/metadata/ValidationMetadata.js';
import type { Keywords } from './keywords.js';
import { addValidationMetadata } from './validation-metadata.js';

/**
 * The decorators that add keywords to a property, as types of class-validator metadata. A subclass that repeats one of
 * them replaces that one alone.
 */
const TYPES = { schema: 'nestjs-mcp-sse:keywords', header: 'nestjs-mcp-sse:header' } as const;

/**
 * Stores the keywords of a property among its validators, because `PartialType()` and similar helpers copy only those to
 * the class that they create. They have no validator, so nothing runs.
 */
export function addPropertyKeywords(
  by: keyof typeof TYPES,
  prototype: object,
  property: string | symbol,
  keywords: Keywords,
): void {
  const propertyName = String(property);
  const metadata = { type: TYPES[by], target: prototype.constructor, propertyName, groups: [] };
  const stored = { ...metadata, context: keywords, each: false, always: false };
  addValidationMetadata(stored as unknown as ValidationMetadata);
}

/** The keywords that are stored among the validators of a property. Results have no headers. */
export function keywordsOf(
  validators: readonly ValidationMetadata[],
  direction: 'input' | 'output',
): Keywords | undefined {
  const keywords = (by: keyof typeof TYPES) =>
    validators.find(({ type }) => type === TYPES[by])?.context as Keywords | undefined;
  return direction === 'input' ? { ...keywords('schema'), ...keywords('header') } : keywords('schema');
}

export function isKeywords({ type }: ValidationMetadata): boolean {
  return Object.values<string>(TYPES).includes(type);
}
