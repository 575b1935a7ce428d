export { failureLimit, type FailureLimitOptions } from './failure-limit.js';
export { McpThrottlerGuard } from './mcp-throttler.guard.js';
