import type { CanActivate, Type } from '@nestjs/common';

/**
 * Whether a guard tells who a request is from. The class of one that does not says so by a static
 * `authenticates = false`; such guards run once the principal is known, and protect nothing by themselves.
 */
export function authenticates(guard: Type<CanActivate> | CanActivate): boolean {
  const type = typeof guard === 'function' ? guard : guard.constructor;
  return (type as { authenticates?: boolean }).authenticates !== false;
}
