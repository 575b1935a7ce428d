import { createHash } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { McpAuthenticationAttempt } from '../model/mcp-authentication-limit.js';
import type { ResolvedOptions } from '../model/resolved-options.js';
import { TrustedProxies } from './trusted-proxies.js';

/** Tells from requests who tries to authenticate with what. */
export class AuthenticationAttempts {
  private readonly proxies: TrustedProxies;
  private readonly keyHeader?: string;
  /** The application's own guards may look for a credential where nothing here knows of it. */
  private readonly isCredentialKnown: boolean;

  constructor({ auth, trustedProxies }: Pick<ResolvedOptions, 'auth' | 'trustedProxies'>) {
    this.proxies = new TrustedProxies(trustedProxies);
    this.isCredentialKnown = typeof auth === 'object';
    if (typeof auth === 'object') this.keyHeader = auth.apiKey?.header.toLowerCase();
  }

  /** @returns undefined for a request without a credential: clients of OAuth begin with one, and it guesses nothing */
  of(request: IncomingMessage): McpAuthenticationAttempt | undefined {
    const key = this.keyHeader === undefined ? undefined : request.headers[this.keyHeader];
    const credential = key ?? request.headers.authorization;
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
