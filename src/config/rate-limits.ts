import type { ThrottlerModuleOptions } from '@nestjs/throttler';
import type { Environment } from './environment.js';

export const MINUTE_MS = 60_000;

/** The limit of `McpThrottlerGuard`, which is used only if there is one. */
export function rateLimits({ MCP_RATE_LIMIT_REQUESTS: limit }: Environment): ThrottlerModuleOptions {
  return [{ limit, ttl: MINUTE_MS }];
}
