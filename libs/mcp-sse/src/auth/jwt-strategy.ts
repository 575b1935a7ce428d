import type { KeyObject } from 'node:crypto';
import { ExtractJwt, Strategy, type StrategyOptionsWithoutRequest } from 'passport-jwt';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import type { ResolvedJwt } from '../model/resolved-options.js';
import { acceptedValues } from './accepted-values.js';
import { claimsFault } from './jwt-claims.js';
import { jwtHeader, type JwtHeader } from './jwt-header.js';
import { jwtKeys } from './jwt-keys.js';
import { quoted } from './log-refusal.js';
import { RefusedToken } from './refused-token.js';

/**
 * What passport verifies JWTs with.
 *
 * @throws {McpConfigurationError} when there is not one key or key set, it does not fit the algorithms, or a lifetime is
 *   none
 */
export function jwtStrategy(jwt: ResolvedJwt): Strategy {
  const { maxLifetimeSeconds = Infinity } = jwt;
  if (!(maxLifetimeSeconds > 0))
    throw new McpConfigurationError('`auth.jwt.maxLifetimeSeconds` must be a number of seconds above 0.');
  const keyOf = keyFinder(jwt);
  const options: StrategyOptionsWithoutRequest = {
    jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
    // A parsed key instead of its text, which would be parsed for each token.
    secretOrKeyProvider: (_request, token: string, done) => {
      void supplyKey(keyOf(token), done as unknown as KeyCallback);
    },
    algorithms: [...jwt.algorithms],
    issuer: acceptedValues(jwt.issuer, 'auth.jwt.issuer'),
    audience: acceptedValues(jwt.audience, 'auth.jwt.audience'),
    jsonWebTokenOptions: { clockTolerance: jwt.clockToleranceSeconds },
  };
  return new Strategy(options, (claims: unknown, done: Verified) => {
    const fault = claimsFault(claims, jwt);
    if (fault === undefined) done(null, claims as object);
    else done(null, false, new RefusedToken(fault));
  });
}

type Verified = (error: null, user: object | false, info?: object) => void;

type KeyCallback = (error: unknown, key?: KeyObject) => void;

/** Gives passport the key, with which it verifies the token in `done`: that throws where the payload is `null`. */
async function supplyKey(finding: Promise<KeyObject>, done: KeyCallback): Promise<void> {
  try {
    done(null, await finding);
  } catch (error) {
    done(error);
  }
}

/** Finds the key of a token, and asks for none that the token could not be accepted with. */
function keyFinder(jwt: ResolvedJwt): (token: string) => Promise<KeyObject> {
  const keys = jwtKeys(jwt);
  const algorithms: readonly (string | undefined)[] = jwt.algorithms;
  return async (token) => {
    const header = jwtHeader(token);
    const fault = headerFault(header, algorithms);
    if (fault !== undefined) throw new RefusedToken(fault);
    const key = await keys.keyFor(header);
    // Without a key the verifier would fail on tokens that have no signature, rather than refuse them.
    if (!key) throw new RefusedToken(`the key of its token is unknown: ${missingKey(header)}`);
    return key;
  };
}

/** Why no key is asked for. @returns a cause as `logRefusal` takes it */
function headerFault(
  { alg, typ, crit }: JwtHeader,
  algorithms: readonly (string | undefined)[],
): string | undefined {
  if (!algorithms.includes(alg))
    return `the algorithm (alg) of its token is ${quoted(alg)}, and "auth.jwt.algorithms" accepts ${algorithms.join(', ')}`;
  if (!mayBeAccessToken(typ))
    return `the type (typ) of its token is ${quoted(typ)}, which no access token has`;
  // What a token calls critical must be understood, and no extension is.
  if (crit !== undefined) return `its token has critical extensions (crit), ${quoted(crit)}`;
  return undefined;
}

function missingKey({ kid, alg }: JwtHeader): string {
  return kid === undefined
    ? `it names none (kid), and "auth.jwt.jwksUri" has not exactly one for ${alg}`
    : `"auth.jwt.jwksUri" has not exactly one for ${alg} with the id (kid) ${quoted(kid)}`;
}

/**
 * Whether the type of a token lets it be an access token. Others of the same issuer, such as `logout+jwt`, `dpop+jwt`
 * and `secevent+jwt`, are as well signed.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8725#section-3.11
 */
function mayBeAccessToken(typ: unknown): boolean {
  return typ === undefined || (typeof typ === 'string' && /^(application\/)?(at\+)?jwt$/i.test(typ));
}
