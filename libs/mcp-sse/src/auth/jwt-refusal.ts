import type { ResolvedJwt } from '../model/resolved-options.js';
import { quoted } from './log-refusal.js';
import { RefusedToken } from './refused-token.js';

/** What passport gives for a token that is refused: an error of `jsonwebtoken`, or of ours. */
interface Info {
  readonly name?: string;
  readonly message?: string;
  readonly expiredAt?: Date;
  readonly date?: Date;
}

/**
 * Why a JWT is refused, and how to mend it.
 *
 * @param info given by passport
 * @param token undefined for a request without one
 */
export function jwtRefusal(info: unknown, token: string | undefined, jwt: ResolvedJwt): string {
  if (info instanceof RefusedToken) return info.cause;
  if (token === undefined) return 'it has no bearer token, which "auth.jwt" needs';
  const { name, message = '', expiredAt, date } = Object(info) as Info;
  if (name === 'TokenExpiredError') return `its token expired (exp) at ${quoted(expiredAt)}`;
  if (name === 'NotBeforeError') return `its token is not valid before ${quoted(date)} (nbf)`;
  if (message.startsWith('jwt issuer invalid'))
    return unexpected('issuer (iss)', claimsOf(token)['iss'], jwt.issuer, 'auth.jwt.issuer');
  if (message.startsWith('jwt audience invalid'))
    return unexpected('audience (aud)', claimsOf(token)['aud'], jwt.audience, 'auth.jwt.audience');
  if (message === 'invalid signature') {
    const keys = jwt.jwksUri === undefined ? 'auth.jwt.secretOrKey' : 'auth.jwt.jwksUri';
    return `the signature of its token is not of the key of "${keys}"`;
  }
  // Other errors can quote what they cannot read.
  return `its token is no JWT that can be read${name === 'JsonWebTokenError' ? `: ${message}` : ''}`;
}

/** @param option that has what is expected */
export function unexpected(what: string, actual: unknown, expected: unknown, option: string): string {
  const hint = differsBySlash(actual, expected) ? '; they differ by a slash at the end' : '';
  return `the ${what} of its token is ${quoted(actual)}, and "${option}" expects ${quoted(expected)}${hint}`;
}

function differsBySlash(actual: unknown, expected: unknown): boolean {
  const [given, accepted] = [actual, expected].map((values) => [values].flat().map(withoutSlash));
  return given!.some((value) => value !== undefined && accepted!.includes(value));
}

function withoutSlash(value: unknown): string | undefined {
  return typeof value === 'string' ? value.replace(/\/$/, '') : undefined;
}

/** Of a token that has been read before. */
function claimsOf(token: string): Record<string, unknown> {
  try {
    const payload: unknown = JSON.parse(Buffer.from(token.split('.')[1]!, 'base64url').toString());
    return Object(payload) as Record<string, unknown>;
  } catch {
    // What follows the token in the header is none of passport's.
    return {};
  }
}
