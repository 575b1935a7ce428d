import { McpConfigurationError } from '../model/errors/mcp-configuration.error.js';
import type { ResolvedIntrospection } from '../model/resolved-options.js';
import { acceptedValues } from './accepted-values.js';
import { AuthorizationServerClient } from './authorization-server.client.js';
import { unexpected } from './jwt-refusal.js';
import { quoted, RefusedToken } from './refusal.js';
import { TokenCache } from './token-cache.js';
import { TokenChecks } from './token-checks.js';

type Claims = Readonly<Record<string, unknown>>;

const MAX_CACHED = 10_000;

/**
 * Checks tokens by introspection at the authorization server. Good tokens are cached apart from bad ones, so that made-up
 * tokens cannot evict them.
 *
 * @see https://www.rfc-editor.org/rfc/rfc7662
 */
export class TokenIntrospection {
  private readonly server: AuthorizationServerClient;
  private readonly authorization: string;
  private readonly audiences?: readonly string[];
  private readonly cache = new TokenCache<Claims>(MAX_CACHED);
  private readonly checks: TokenChecks<Claims>;

  /** @throws {McpConfigurationError} */
  constructor(private readonly options: ResolvedIntrospection) {
    const { url, clientId, clientSecret, timeoutMs, audience } = options;
    if (!clientId || !clientSecret)
      throw new McpConfigurationError(
        '`auth.introspection` needs a `clientId` and a `clientSecret`. Are their environment variables set?',
      );
    this.server = new AuthorizationServerClient(url, timeoutMs, 'auth.introspection.url');
    this.checks = new TokenChecks(timeoutMs);
    this.audiences = acceptedValues(audience, 'auth.introspection.audience');
    const credentials = [clientId, clientSecret].map(encodeURIComponent).join(':');
    this.authorization = `Basic ${Buffer.from(credentials).toString('base64')}`;
  }

  /**
   * @returns the server's response, if the token is active and meant for this server
   * @throws {AuthorizationServerException}
   */
  async claimsOf(token: string): Promise<Claims | RefusedToken> {
    const digest = this.cache.digestOf(token);
    const cached = this.cache.get(digest);
    if (cached) return cached;
    return this.checks.check(digest, () => this.ask(token, digest));
  }

  private async ask(token: string, digest: string): Promise<Claims | RefusedToken> {
    const claims = await this.server.fetchJson(claimsOf, {
      method: 'POST',
      headers: { authorization: this.authorization },
      body: new URLSearchParams({ token, token_type_hint: 'access_token' }),
    });
    const fault = this.faultOf(claims);
    if (fault !== undefined) return new RefusedToken(fault);
    const user = { iss: this.options.url, ...claims };
    this.remember(digest, user);
    return user;
  }

  /** @returns the cause for `logRefusal`, or undefined */
  private faultOf({ active, sub, token_type: type, aud, exp, nbf }: Claims): string | undefined {
    const now = Date.now();
    if (active !== true)
      return 'the server of "auth.introspection.url" reports its token as inactive: it has expired, was revoked, or is unknown there';
    if (typeof sub !== 'string' || sub === '') return `the subject (sub) of its token is ${quoted(sub)}`;
    // Some servers report refresh tokens as active too.
    if (type !== undefined && !/^bearer$/i.test(String(type)))
      return `the type (token_type) of its token is ${quoted(type)}, which no access token has`;
    if (exp !== undefined && !(now < milliseconds(exp))) return `its token expired (exp), at ${quoted(exp)}`;
    if (nbf !== undefined && !(now >= milliseconds(nbf)))
      return `its token is not valid before ${quoted(nbf)} (nbf)`;
    if (this.audiences && !this.audiences.some((audience) => [aud].flat().includes(audience)))
      return unexpected('audience (aud)', aud, this.options.audience, 'auth.introspection.audience');
    return undefined;
  }

  private remember(digest: string, claims: Claims): void {
    const expiresAt = claims['exp'] === undefined ? Infinity : milliseconds(claims['exp']);
    const until = Math.min(Date.now() + this.options.cacheMs, expiresAt);
    this.cache.set(digest, claims, until);
  }
}

function claimsOf(answer: Record<string, unknown>): Claims {
  if (typeof answer['active'] !== 'boolean') throw new Error('its response has no "active"');
  return answer;
}

/** Seconds as milliseconds; NaN, which compares false with every time, unless it is a number. */
function milliseconds(seconds: unknown): number {
  return typeof seconds === 'number' ? seconds * 1000 : NaN;
}
