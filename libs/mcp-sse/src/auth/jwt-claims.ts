import type { ResolvedJwt } from '../model/resolved-options.js';
import { quoted } from './refusal.js';

type Claims = Readonly<Record<string, unknown>>;

/**
 * Checks that the claims are those of an access token: an object with a subject, and an expiry and a lifetime that the
 * options accept. Signature, issuer, audience and times have been verified before.
 *
 * @returns the cause for `logRefusal`, or undefined for an access token
 */
export function claimsFault(claims: unknown, options: ResolvedJwt): string | undefined {
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims))
    return 'the claims of its token are not an object';
  const { sub, exp, iat } = claims as Claims;
  if (typeof sub !== 'string' || sub === '') return `the subject (sub) of its token is ${quoted(sub)}`;
  const { requireExpiry, maxLifetimeSeconds, clockToleranceSeconds } = options;
  if (exp === undefined) {
    if (maxLifetimeSeconds !== undefined)
      return 'its token has no expiry (exp), which "auth.jwt.maxLifetimeSeconds" requires';
    return requireExpiry
      ? 'its token has no expiry (exp), which "auth.jwt.requireExpiry" requires'
      : undefined;
  }
  if (typeof exp !== 'number') return `the expiry (exp) of its token is ${quoted(exp)}`;
  if (maxLifetimeSeconds === undefined) return undefined;
  // An issue date in the future would make any expiry look near.
  const now = Date.now() / 1_000;
  const start = typeof iat === 'number' ? Math.min(iat, now) : now;
  const lifetime = exp - start;
  if (lifetime <= maxLifetimeSeconds + clockToleranceSeconds) return undefined;
  return `its token lives for ${Math.round(lifetime)} s, and "auth.jwt.maxLifetimeSeconds" is ${maxLifetimeSeconds}`;
}
