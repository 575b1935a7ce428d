import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { McpAuthenticationAttempt } from '../model/mcp-authentication-limit.js';
import type { ResolvedOptions } from '../model/resolved-options.js';
import { bearerToken } from './bearer.js';
import { TrustedProxies } from './trusted-proxies.js';

/** Reads the address and the credential of a request that authenticates. */
export class AuthenticationAttempts {
  private readonly proxies: TrustedProxies;
  private readonly keyHeader?: string;
  /** False with the application's own guards: they may read a credential from anywhere. */
  private readonly isCredentialKnown: boolean;

  constructor({ auth, trustedProxies }: Pick<ResolvedOptions, 'auth' | 'trustedProxies'>) {
    this.proxies = new TrustedProxies(trustedProxies);
    this.isCredentialKnown = typeof auth === 'object';
    if (typeof auth === 'object') this.keyHeader = auth.apiKey?.header.toLowerCase();
  }

  /** @returns undefined for a request without a credential: OAuth clients begin with such a request, and it guesses nothing */
  of(request: IncomingMessage): McpAuthenticationAttempt | undefined {
    const key = this.keyHeader === undefined ? undefined : request.headers[this.keyHeader];
    // The same token can be sent with more white space, or in other letters before it.
    const credential = key ?? bearerToken(request.headers) ?? request.headers.authorization;
    if (credential === undefined && this.isCredentialKnown) return undefined;
    return {
      address: this.proxies.clientOf(request),
      credential:
        credential === undefined
          ? undefined
          : createHash('sha256').update(String(credential)).digest('base64url'),
    };
  }
}
