/**
 * The application's global guards.
 *
 * Read in @nestjs/core 11.1.0, 11.2.10 and 12.5.1: `ApplicationConfig.getGlobalGuards()` returns the list itself, and Nest
 * takes the guards of a route from it when it registers the route. If it returns a copy, a guard that is added runs
 * nowhere. The tests of routes as tools fail then.
 */
import type { CanActivate } from '@nestjs/common';
import type { ExternalContextCreator } from '@nestjs/core';
import { applicationConfigOf } from './global-interceptors.js';

/** Lets a guard run before all others, once. Call it before Nest registers routes. */
export function addFirstGuard(contexts: ExternalContextCreator, guard: CanActivate): void {
  const guards = applicationConfigOf(contexts).getGlobalGuards();
  if (!guards.includes(guard)) guards.unshift(guard);
}
