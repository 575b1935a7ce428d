export { McpApiKeyGuard } from './auth/mcp-api-key.guard.js';
export { mcpCorsOptions } from './auth/mcp-cors-options.js';
export { McpIntrospectionGuard } from './auth/mcp-introspection.guard.js';
export { McpJwtAuthGuard } from './auth/mcp-jwt-auth.guard.js';
export { McpArgs, McpCtx, McpPrincipal, McpUriParam } from './decorators/parameter.decorators.js';
export { McpApp, type McpAppOptions } from './decorators/mcp-app.decorator.js';
export { McpComplete, type McpCompleteOptions } from './decorators/mcp-complete.decorator.js';
export { McpPrompt, type McpPromptOptions } from './decorators/mcp-prompt.decorator.js';
export { McpNamePrefix } from './decorators/mcp-name-prefix.decorator.js';
export { McpPublic, McpRoles, McpScopes } from './decorators/access.decorators.js';
export { McpResource, type McpResourceOptions } from './decorators/mcp-resource.decorator.js';
export { McpTool, type McpToolOptions } from './decorators/mcp-tool.decorator.js';
export { McpToolset } from './decorators/mcp-toolset.decorator.js';
export {
  McpRegistry,
  type McpAccessOptions,
  type McpFeatureList,
  type McpRunTimeHandler,
} from './discovery/mcp.registry.js';
export { McpExecutionContext } from './execution/mcp-execution-context.js';
export { McpResult } from './execution/mcp-result.js';
export { McpRoutesModule, type McpRoutesModuleOptions } from './routes/mcp-routes.module.js';
export type { McpRouteSource } from './discovery/included-routes.js';
export { McpSseModule } from './mcp-sse.module.js';
export type { ClientRequestOptions, ClientRequests } from './model/client-requests.js';
export {
  mcpAuditServiceToken,
  mcpHealthIndicatorToken,
  mcpRegistryToken,
  mcpSessionServiceToken,
} from './mcp-sse.tokens.js';
export type { McpAccess } from './model/definitions.js';
export type { McpCluster } from './model/cluster/mcp-cluster.js';
export { memoryCluster, type MemoryCluster } from './cluster/memory/memory-cluster.js';
export type { McpCall } from './model/call.js';
export type {
  McpDefinition,
  McpPromptArgument,
  McpPromptDefinition,
  McpResourceDefinition,
  McpToolDefinition,
} from './model/definitions.js';
export { JsonRpcError } from './model/errors/json-rpc.error.js';
export type { McpCacheHint } from './model/cache-hint.js';
export { McpClientError, McpMissingCapabilityError } from './model/errors/mcp-client.error.js';
export { McpConfigurationError } from './model/errors/mcp-configuration.error.js';
export { McpDecoratedControllerError } from './model/errors/mcp-configuration.error.js';
export { McpDuplicateNameError } from './model/errors/mcp-configuration.error.js';
export { McpInputRequiredException } from './model/errors/mcp-input-required.exception.js';
export {
  McpInvalidArgumentsException,
  type ArgumentIssue,
} from './model/errors/mcp-invalid-arguments.exception.js';
export { McpParameterError } from './model/errors/mcp-configuration.error.js';
export { McpSchemaError } from './model/errors/mcp-configuration.error.js';
export type { JsonObjectSchema, JsonSchema } from './model/schema-source.js';
export { McpContext, type McpEra, type McpLog } from './model/mcp-context.js';
export type { McpAuthenticationAttempt, McpAuthenticationLimit } from './model/mcp-authentication-limit.js';
export { McpPolicy, type McpPolicyContext } from './model/mcp-policy.js';
export type {
  McpApiKey,
  McpApiKeyOptions,
  McpApiKeyOwner,
  McpApiKeyProvider,
} from './model/mcp-api-key.options.js';
export type { McpIntrospectionOptions } from './model/mcp-introspection.options.js';
export type { McpInputOptions } from './model/mcp-input.options.js';
export type { McpJwtOptions } from './model/mcp-jwt.options.js';
export type { McpLimitsOptions } from './model/mcp-limits.options.js';
export type { McpTasksOptions } from './model/mcp-tasks.options.js';
export type { McpOAuthOptions } from './model/mcp-oauth.options.js';
export type { McpSseModuleOptions } from './model/mcp-sse.options.js';
export type { McpToolSearchOptions } from './model/mcp-tool-search.options.js';
export { ANONYMOUS } from './model/principal.js';
export { McpProgress, progress } from './model/progress.js';
export type { McpOutputSource, McpSchemaSource } from './model/schema-source.js';
export type { McpSessionView, McpTransportName, SessionCloseReason } from './model/session-view.js';
export type { McpAuditEvent } from './observability/audit/mcp-audit-event.js';
export { McpAuditService } from './observability/audit/mcp-audit.service.js';
export { McpHealthIndicator } from './observability/health/mcp-health.indicator.js';
export type { McpHealth } from './observability/health/mcp-health.indicator.js';
export type {
  McpTaskChange,
  McpTaskQuestion,
  McpTaskRecord,
  McpTaskStatus,
} from './model/tasks/mcp-task-record.js';
export type {
  McpTaskAttempt,
  McpTaskExecutor,
  McpTaskOutcome,
  McpTaskQueue,
  McpTaskRunner,
} from './model/tasks/mcp-task-runner.js';
export type { McpTaskSupport } from './model/tasks/call-tasks.js';
export type { McpTaskStorage, McpTaskStore } from './model/tasks/mcp-task-store.js';
export { McpHeader } from './schema/mcp-header.decorator.js';
export { McpSchema, type McpSchemaKeywords } from './schema/mcp-schema.decorator.js';
export { McpSessionService } from './sessions/mcp-session.service.js';
export type { McpSessionEvent } from './sessions/session-event.js';
export type { McpSessionFilter, McpSessionSelector } from './sessions/session-filter.js';
export { McpStdioLogger } from './transports/stdio/mcp-stdio.logger.js';
export { type McpStdioOptions, serveStdio } from './transports/stdio/serve-stdio.js';
