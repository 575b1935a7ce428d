import type { ResolvedOptions } from '../model/resolved-options.js';
import { authenticates } from './authenticates.js';

/** Whether anything authenticates requests. */
export function isProtected({
  auth,
  guards,
}: Pick<ResolvedOptions, 'guards'> & { readonly auth?: unknown }): boolean {
  return auth !== undefined || guards.some(authenticates);
}
