import type { McpSseModuleOptions } from 'nestjs-mcp-sse';
import type { Environment } from './environment.js';
import { SERVER_INFO } from './server-info.js';

/** The options of the MCP server that the environment asks for. */
export function mcpOptions(environment: Environment): McpSseModuleOptions {
  return {
    ...SERVER_INFO,
    title: 'nestjs-mcp-sse example',
    instructions: 'Read metrics://current before you judge the machine; watch it with monitor_system.',
    sse: {
      path: environment.MCP_SSE_PATH,
      messagesPath: environment.MCP_MESSAGES_PATH,
      heartbeatMs: environment.MCP_HEARTBEAT_MS || false,
    },
    http: { path: environment.MCP_HTTP_PATH },
    drain: {
      propagationMs: environment.MCP_DRAIN_PROPAGATION_MS,
      deadlineMs: environment.MCP_DRAIN_DEADLINE_MS,
    },
    publicUrl: environment.MCP_PUBLIC_URL,
    trustedProxies: environment.MCP_TRUSTED_PROXIES,
    allowedHosts: environment.MCP_ALLOWED_HOSTS,
    // A page that may read our answers may also use the server.
    allowedOrigins: [...environment.MCP_ALLOWED_ORIGINS, ...environment.CORS_ORIGINS],
    auth: authentication(environment),
  };
}

function authentication(environment: Environment): McpSseModuleOptions['auth'] {
  switch (environment.MCP_AUTH) {
    case 'none':
      return undefined;
    case 'jwt':
      return {
        jwt: {
          secretOrKey: environment.MCP_JWT_SECRET!,
          issuer: environment.MCP_JWT_ISSUER,
          audience: environment.MCP_JWT_AUDIENCE,
        },
      };
    case 'api-key':
      return { apiKey: { keys: environment.MCP_API_KEYS } };
  }
}
