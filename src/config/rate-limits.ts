import type { ThrottlerModuleOptions } from '@nestjs/throttler';
import type { Environment } from './environment.js';

export const MINUTE_MS = 60_000;

/** What `McpThrottlerGuard` goes by; without a limit it is not there. */
export function rateLimits({ MCP_RATE_LIMIT_REQUESTS: limit }: Environment): ThrottlerModuleOptions {
  return [{ limit, ttl: MINUTE_MS }];
}
