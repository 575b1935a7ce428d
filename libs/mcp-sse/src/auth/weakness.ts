import type { ResolvedOptions } from '../model/resolved-options.js';
import { proxyWeakness } from './proxy-weakness.js';
import { secretWeakness } from './secret-weakness.js';
import { tokenWeakness } from './token-weakness.js';

/** A setting that works, and lets in whom it should not. */
export interface Weakness {
  /** Which setting, why, and what to do. */
  readonly message: string;
  /** Whether it can never be right, so that it must not go into production. */
  readonly isSevere: boolean;
}

/** What is weak about the options. */
export function weaknesses(options: ResolvedOptions): readonly Weakness[] {
  const shared = options.cluster?.weakness;
  return [
    tokenWeakness(options),
    secretWeakness(options),
    proxyWeakness(options),
    shared === undefined ? undefined : { message: shared, isSevere: false },
  ].filter((weakness) => weakness !== undefined);
}
