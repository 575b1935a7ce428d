import {
  decodeJwt,
  decodeProtectedHeader,
  errors,
  jwtVerify,
  type CryptoKey,
  type JWTPayload,
  type JWTVerifyOptions,
  type ProtectedHeaderParameters,
} from 'jose';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import type { ResolvedJwt } from '../model/resolved-options.js';
import { acceptedValues } from './accepted-values.js';
import { claimsFault } from './jwt-claims.js';
import type { JwtHeader, JwtKeys } from './jwks.js';
import { jwtKeys } from './jwt-keys.js';
import { keyOption } from './jwt-refusal.js';
import { quoted, RefusedToken } from './refusal.js';
import { TokenCache } from './token-cache.js';

const MAX_GOOD = 10_000;
/** jose also reads a token with white space or padding in it: one token could be written in any number of ways. */
const COMPACT = /^[\w-]+\.[\w-]+\.[\w-]*$/;

/** A token that was accepted, and is accepted again until it expires. */
interface GoodToken {
  readonly header: JwtHeader;
  readonly key: CryptoKey;
}

/** Verifies the JWTs that the `auth.jwt` option accepts. */
export class JwtVerifier {
  private readonly keys: JwtKeys;
  private readonly options: JWTVerifyOptions;
  /** Clients send the same token with each message. Its claims are parsed anew, since a handler may change `request.user`. */
  private readonly good = new TokenCache<GoodToken>(MAX_GOOD);

  /**
   * @throws {McpConfigurationError} unless there is exactly one key or key set, it fits the algorithms, and the maximum
   *   lifetime is valid
   */
  constructor(private readonly jwt: ResolvedJwt) {
    const { maxLifetimeSeconds = Infinity } = jwt;
    if (!(maxLifetimeSeconds > 0))
      throw new McpConfigurationError('`auth.jwt.maxLifetimeSeconds` must be a number of seconds above 0.');
    this.keys = jwtKeys(jwt);
    this.options = {
      algorithms: [...jwt.algorithms],
      issuer: acceptedValues(jwt.issuer, 'auth.jwt.issuer'),
      audience: acceptedValues(jwt.audience, 'auth.jwt.audience'),
      clockTolerance: jwt.clockToleranceSeconds,
    };
  }

  /**
   * @returns the claims
   * @throws {RefusedToken}
   * @throws {JOSEError} whose `code`, and `claim` for a wrong claim, tell what is wrong with the token
   * @throws {TypeError} for an unreadable token, or a key that does not fit the algorithm
   * @throws {AuthorizationServerException} when the key cannot be fetched
   */
  async verify(token: string): Promise<JWTPayload> {
    const digest = this.good.digestOf(token);
    const good = this.good.get(digest);
    // Compares identity: withdrawing or republishing a key gives another object.
    if (good && good.key === (await this.keyOf(good.header))) return decodeJwt(token);
    if (!COMPACT.test(token)) throw new TypeError('It is not in the compact form.');
    refuseIf(headerFault(decodeProtectedHeader(token), this.jwt.algorithms));
    const { payload, key, protectedHeader } = await jwtVerify(token, this.keyOf, this.options);
    refuseIf(claimsFault(payload, this.jwt));
    const { alg, kid } = protectedHeader;
    const { exp = Infinity } = payload;
    const until = (exp + this.jwt.clockToleranceSeconds) * 1_000;
    this.good.set(digest, { header: { alg, kid }, key }, until);
    return payload;
  }

  private readonly keyOf = async (header: JwtHeader): Promise<CryptoKey> => {
    try {
      return await this.keys.keyFor(header);
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWKSMultipleMatchingKeys)
        throw new RefusedToken(`the key of its token is unknown: ${missingKey(header, keyOption(this.jwt))}`);
      throw error;
    }
  };
}

function refuseIf(fault: string | undefined): void {
  if (fault !== undefined) throw new RefusedToken(fault);
}

/** Checks the header before a key is fetched. @returns the cause for `logRefusal`, or undefined */
function headerFault(
  { alg, typ, crit }: ProtectedHeaderParameters,
  algorithms: readonly string[],
): string | undefined {
  if (alg === undefined || !algorithms.includes(alg))
    return `the algorithm (alg) of its token is ${quoted(alg)}, and "auth.jwt.algorithms" accepts ${algorithms.join(', ')}`;
  if (!mayBeAccessToken(typ))
    return `the type (typ) of its token is ${quoted(typ)}, which no access token has`;
  // jose accepts the extension b64, which no access token needs.
  if (crit !== undefined) return `its token has critical extensions (crit), ${quoted(crit)}`;
  return undefined;
}

/**
 * Tokens of other types, such as `logout+jwt`, `dpop+jwt` and `secevent+jwt`, are signed with the same keys.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8725#section-3.11
 */
function mayBeAccessToken(typ: unknown): boolean {
  return typ === undefined || (typeof typ === 'string' && /^(application\/)?(at\+)?jwt$/i.test(typ));
}

/** @param option that keys come from */
function missingKey({ kid, alg }: JwtHeader, option: string): string {
  return kid === undefined
    ? `it names no key (kid), and "${option}" does not have exactly one key for ${alg}`
    : `"${option}" does not have exactly one key for ${alg} with the id (kid) ${quoted(kid)}`;
}
