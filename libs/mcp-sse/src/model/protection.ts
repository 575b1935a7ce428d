import type { CanActivate, Type } from '@nestjs/common';
import type { ResolvedOptions } from './resolved-options.js';

/** Whether requests are authenticated. */
export function isProtected({
  auth,
  guards,
}: Pick<ResolvedOptions, 'guards'> & { readonly auth?: unknown }): boolean {
  return auth !== undefined || guards.some(authenticates);
}

/**
 * Whether a guard identifies the sender of a request. A class with `static authenticates = false` does not: such guards
 * run once the principal is known, and do not count as authentication.
 */
export function authenticates(guard: Type<CanActivate> | CanActivate): boolean {
  const type = typeof guard === 'function' ? guard : guard.constructor;
  return (type as { authenticates?: boolean }).authenticates !== false;
}
