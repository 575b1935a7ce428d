import {
  decodeJwt,
  errors,
  jwtVerify,
  type CryptoKey,
  type JWTHeaderParameters,
  type JWTPayload,
  type JWTVerifyOptions,
} from 'jose';
import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import type { ResolvedJwt } from '../model/resolved-options.js';
import { acceptedValues } from './accepted-values.js';
import { jwtKeys, type JwtHeader, type JwtKeys } from './jwt-keys.js';
import { TokenCache } from './token-cache.js';

const MAX_GOOD = 10_000;

/** By what a token is known to be good until it expires. */
interface GoodToken {
  readonly header: JwtHeader;
  readonly key: CryptoKey;
}

/** The claims of a token that was accepted, and the key that it was verified with. */
export interface VerifiedJwt {
  readonly payload: JWTPayload;
  readonly key: CryptoKey;
}

/** Verifies the JWTs that the `auth.jwt` option accepts. */
export class JwtVerifier {
  private readonly keys: JwtKeys;
  private readonly options: JWTVerifyOptions;
  /** Clients send one token with each message. Its claims are read anew: a handler may change `request.user`. */
  private readonly good = new TokenCache<GoodToken>(MAX_GOOD);

  /**
   * @throws {McpConfigurationError} when there is not one key or key set, it does not fit the algorithms, or a lifetime
   *   is none
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
   * @throws {JOSEError} saying by its `code`, and by its `claim` if it is one, what is wrong with the token
   * @throws {TypeError} when the key does not fit the algorithm, such as an RSA key of fewer than 2048 bits
   * @throws {AuthorizationServerException} when the key cannot be had
   */
  async verify(token: string): Promise<VerifiedJwt> {
    const digest = this.good.digestOf(token);
    const good = this.good.get(digest);
    // A key that was withdrawn, or published anew, is another one.
    if (good && good.key === (await this.keys.keyFor(good.header)))
      return { payload: decodeJwt(token), key: good.key };
    const { protectedHeader: header, payload, key } = await jwtVerify(token, this.keyOf, this.options);
    assertAccessToken(payload, this.jwt);
    const { exp = Infinity } = payload;
    this.good.set(digest, { header, key }, (exp + this.jwt.clockToleranceSeconds) * 1_000);
    return { payload, key };
  }

  /** jose has checked the algorithm by then. No key is asked for that a token could not be accepted with. */
  private readonly keyOf = (header: JWTHeaderParameters): Promise<CryptoKey> => {
    assertAccessTokenHeader(header);
    return this.keys.keyFor(header);
  };
}

/**
 * Tokens of other types, such as `logout+jwt`, `dpop+jwt` and `secevent+jwt`, are signed with the same keys.
 *
 * @see https://www.rfc-editor.org/rfc/rfc8725#section-3.11
 */
function assertAccessTokenHeader({ typ, crit }: JWTHeaderParameters): void {
  if (typ !== undefined && !(typeof typ === 'string' && /^(application\/)?(at\+)?jwt$/i.test(typ)))
    throw refusal({}, 'typ', 'is not that of an access token');
  // jose knows the extension b64; no access token needs one.
  if (crit !== undefined) throw new errors.JOSENotSupported('critical extensions are not supported');
}

/** Signature, issuer, audience and the times themselves have been verified before. */
function assertAccessToken(payload: JWTPayload, jwt: ResolvedJwt): void {
  const { sub, exp, iat } = payload;
  if (typeof sub !== 'string' || sub === '')
    throw refusal(payload, 'sub', 'must be a text that is not empty');
  const { requireExpiry, maxLifetimeSeconds = Infinity, clockToleranceSeconds } = jwt;
  if (exp === undefined) {
    if (requireExpiry || jwt.maxLifetimeSeconds !== undefined) throw refusal(payload, 'exp', 'is required');
    return;
  }
  // A date of issue in the future would make any expiry look near.
  const now = Date.now() / 1_000;
  const start = iat === undefined ? now : Math.min(iat, now);
  if (exp - start > maxLifetimeSeconds + clockToleranceSeconds)
    throw refusal(payload, 'exp', 'is later than `maxLifetimeSeconds` allows');
}

function refusal(payload: JWTPayload, name: string, fault: string): errors.JWTClaimValidationFailed {
  return new errors.JWTClaimValidationFailed(`"${name}" ${fault}`, payload, name, 'check_failed');
}
