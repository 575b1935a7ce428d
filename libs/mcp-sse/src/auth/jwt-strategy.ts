import type { KeyObject } from 'node:crypto';
import { callbackify } from 'node:util';
import { ExtractJwt, Strategy, type StrategyOptionsWithoutRequest } from 'passport-jwt';
import type { ResolvedJwt } from '../model/resolved-options.js';
import { acceptedValues } from './accepted-values.js';
import { jwtHeader } from './jwt-header.js';
import { jwtKeys } from './jwt-keys.js';

/**
 * What passport verifies JWTs with.
 *
 * @throws {McpConfigurationError} when there is not one key or key set, or it does not fit the algorithms
 */
export function jwtStrategy(jwt: ResolvedJwt): Strategy {
  const keyOf = callbackify(keyFinder(jwt));
  const options: StrategyOptionsWithoutRequest = {
    jwtFromRequest: ExtractJwt.fromAuthHeaderAsBearerToken(),
    // A parsed key instead of its text, which would be parsed for each token.
    secretOrKeyProvider: (_request, token: string, done) =>
      keyOf(token, done as unknown as (error: unknown, key: KeyObject) => void),
    algorithms: [...jwt.algorithms],
    issuer: acceptedValues(jwt.issuer, 'auth.jwt.issuer'),
    audience: acceptedValues(jwt.audience, 'auth.jwt.audience'),
    jsonWebTokenOptions: { clockTolerance: jwt.clockToleranceSeconds },
  };
  return new Strategy(
    options,
    (claims: { sub?: unknown }, done: (error: null, user: object | false) => void) =>
      done(null, typeof claims.sub === 'string' && claims.sub !== '' ? claims : false),
  );
}

/** Finds the key of a token, and asks for none that the token could not be accepted with. */
function keyFinder(jwt: ResolvedJwt): (token: string) => Promise<KeyObject> {
  const keys = jwtKeys(jwt);
  const algorithms: readonly (string | undefined)[] = jwt.algorithms;
  return async (token) => {
    const header = jwtHeader(token);
    if (!algorithms.includes(header.alg)) throw new Error('the algorithm is not accepted');
    // What a token calls critical must be understood, and no extension is.
    if (header.crit !== undefined) throw new Error('the token has a critical extension');
    const key = await keys.keyFor(header);
    // Without a key the verifier would fail on tokens that have no signature, rather than refuse them.
    if (!key) throw new Error('there is no such key');
    return key;
  };
}
