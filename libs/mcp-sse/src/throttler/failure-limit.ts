import { Inject, Injectable, Logger, type Type } from '@nestjs/common';
import { getStorageToken, normalizeIp, type ThrottlerStorage } from '@nestjs/throttler';
import { TokenCache } from '../auth/token-cache.js';
import type { McpAuthenticationAttempt, McpAuthenticationLimit } from '../model/mcp-authentication-limit.js';

/** Name of this limit in the throttler's storage, which counts each name separately. */
const NAME = 'mcp-authentication';
const MAX_ENTRIES = 10_000;
/** A credential that was valid is served from a blocked address for this long. */
const GOOD_MS = 600_000;

export interface FailureLimitOptions {
  /** Failures within `ttl` after which a client is blocked. */
  readonly limit: number;
  /** Milliseconds for which a failure counts. */
  readonly ttl: number;
  /** Milliseconds for which a client is blocked. Default: `ttl`. */
  readonly blockDuration?: number;
}

/**
 * A limit on failed authentications for the option `authenticationLimit`, per address (/64 for IPv6) and per credential.
 * It counts in the storage of the application's `ThrottlerModule`, and remembers in this process who is blocked. A
 * credential that was valid in the last ten minutes is served from a blocked address too, because many clients may share
 * that address.
 *
 * If the storage fails, the failure is logged and the attempt is not counted.
 */
export function failureLimit({
  limit,
  ttl,
  blockDuration = ttl,
}: FailureLimitOptions): Type<McpAuthenticationLimit> {
  @Injectable()
  class FailureLimit implements McpAuthenticationLimit {
    private readonly logger = new Logger('McpAuthentication');
    private readonly good = new TokenCache<true>(MAX_ENTRIES);
    private readonly blocked = new TokenCache<number>(MAX_ENTRIES);

    constructor(@Inject(getStorageToken()) private readonly storage: ThrottlerStorage) {}

    waitMs({ address, credential }: McpAuthenticationAttempt): number {
      const until = credential === undefined ? undefined : this.blocked.get(credential);
      if (until !== undefined) return until - Date.now();
      if (credential !== undefined && this.good.get(credential)) return 0;
      return (this.blocked.get(normalizeIp(address)) ?? 0) - Date.now();
    }

    succeeded({ credential }: McpAuthenticationAttempt): void {
      if (credential !== undefined && !this.good.get(credential))
        this.good.set(credential, true, Date.now() + GOOD_MS);
    }

    failed({ address, credential }: McpAuthenticationAttempt): void {
      void this.count(normalizeIp(address));
      if (credential === undefined) return;
      this.good.delete(credential);
      void this.count(credential);
    }

    private async count(key: string): Promise<void> {
      try {
        // The throttler blocks only the attempt after its limit; by then the credential would have been checked.
        const { isBlocked, timeToBlockExpire } = await this.storage.increment(
          `${NAME}:${key}`,
          ttl,
          limit - 1,
          blockDuration,
          NAME,
        );
        if (!isBlocked) return;
        const until = Date.now() + Math.min(timeToBlockExpire * 1_000, blockDuration);
        this.blocked.set(key, until, until);
      } catch (error) {
        this.logger.error('A failed authentication could not be counted:', error);
      }
    }
  }
  return FailureLimit;
}
