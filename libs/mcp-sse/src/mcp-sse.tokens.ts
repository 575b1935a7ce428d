/** Injection token of the `McpRegistry` of one of several servers. */
export function mcpRegistryToken(serverName: string): string {
  return `nestjs-mcp-sse:registry:${serverName}`;
}

/** Injection token of the `McpSessionService` of one of several servers. */
export function mcpSessionServiceToken(serverName: string): string {
  return `nestjs-mcp-sse:sessions:${serverName}`;
}

/** Injection token of the `McpHealthIndicator` of one of several servers. */
export function mcpHealthIndicatorToken(serverName: string): string {
  return `nestjs-mcp-sse:health:${serverName}`;
}

/** Injection token of the `McpAuditService` of one of several servers. */
export function mcpAuditServiceToken(serverName: string): string {
  return `nestjs-mcp-sse:audit:${serverName}`;
}
