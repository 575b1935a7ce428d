import type { CanActivate, Type } from '@nestjs/common';
import type { ResolvedOptions } from '../model/resolved-options.js';

/** Whether anything authenticates requests. */
export function isProtected({
  auth,
  guards,
}: Pick<ResolvedOptions, 'guards'> & { readonly auth?: unknown }): boolean {
  return auth !== undefined || guards.some(authenticates);
}

/**
 * Whether a guard finds out who sends a request. A class declares `static authenticates = false` if it does not; its
 * guards run once the principal is known, and protect nothing by themselves.
 */
export function authenticates(guard: Type<CanActivate> | CanActivate): boolean {
  const type = typeof guard === 'function' ? guard : guard.constructor;
  return (type as { authenticates?: boolean }).authenticates !== false;
}
