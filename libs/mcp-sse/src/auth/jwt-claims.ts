import type { ResolvedJwt } from '../model/resolved-options.js';

type Claims = Readonly<Record<string, unknown>>;

/**
 * Whether the claims of a token make it an access token for a user: an object with a subject, an expiry and a lifetime
 * that the options accept. Signature, issuer, audience and the times themselves have been verified before.
 */
export function isAccessToken(claims: unknown, options: ResolvedJwt): claims is Claims {
  if (typeof claims !== 'object' || claims === null || Array.isArray(claims)) return false;
  const { sub, exp, iat } = claims as Claims;
  if (typeof sub !== 'string' || sub === '') return false;
  if (exp === undefined) return !options.requireExpiry && options.maxLifetimeSeconds === undefined;
  if (typeof exp !== 'number') return false;
  const { maxLifetimeSeconds = Infinity, clockToleranceSeconds } = options;
  // A date of issue in the future would make any expiry look near.
  const now = Date.now() / 1_000;
  const start = typeof iat === 'number' ? Math.min(iat, now) : now;
  return exp - start <= maxLifetimeSeconds + clockToleranceSeconds;
}
