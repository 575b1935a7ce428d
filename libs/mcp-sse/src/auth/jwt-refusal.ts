import { errors } from 'jose';
import type { ResolvedJwt } from '../model/resolved-options.js';
import { quoted, RefusedToken } from './refusal.js';

/**
 * Explains why a JWT was refused.
 *
 * @param error thrown by `JwtVerifier`
 */
export function jwtRefusal(error: unknown, jwt: ResolvedJwt): string {
  if (error instanceof RefusedToken) return error.cause;
  if (error instanceof errors.JWTExpired)
    return `its token expired (exp) at ${quoted(dateOf(error.payload.exp))}`;
  if (error instanceof errors.JWTClaimValidationFailed && error.reason !== 'invalid') {
    const { claim, payload } = error;
    if (claim === 'nbf') return `its token is not valid before ${quoted(dateOf(payload.nbf))} (nbf)`;
    if (claim === 'iss') return unexpected('issuer (iss)', payload.iss, jwt.issuer, 'auth.jwt.issuer');
    if (claim === 'aud') return unexpected('audience (aud)', payload.aud, jwt.audience, 'auth.jwt.audience');
  }
  if (error instanceof errors.JWSSignatureVerificationFailed)
    return `its token was not signed by a key of "${keyOption(jwt)}"`;
  // The messages of other errors may quote the token.
  return `its token is not a readable JWT${error instanceof errors.JOSEError ? `: ${error.message}` : ''}`;
}

/** The option that keys come from. */
export function keyOption({ jwksUri }: ResolvedJwt): string {
  return jwksUri === undefined ? 'auth.jwt.secretOrKey' : 'auth.jwt.jwksUri';
}

function dateOf(seconds: number | undefined): Date {
  return new Date(seconds! * 1_000);
}

/** @param option name of the option with the expected value */
export function unexpected(what: string, actual: unknown, expected: unknown, option: string): string {
  const hint = differsBySlash(actual, expected) ? '; they differ by a trailing slash' : '';
  return `the ${what} of its token is ${quoted(actual)}, and "${option}" expects ${quoted(expected)}${hint}`;
}

function differsBySlash(actual: unknown, expected: unknown): boolean {
  const [given, accepted] = [actual, expected].map((values) => [values].flat().map(withoutSlash));
  return given!.some((value) => value !== undefined && accepted!.includes(value));
}

function withoutSlash(value: unknown): string | undefined {
  return typeof value === 'string' ? value.replace(/\/$/, '') : undefined;
}
