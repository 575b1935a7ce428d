export const TOOL_METADATA = 'nestjs-mcp-sse:tool';
export const RESOURCE_METADATA = 'nestjs-mcp-sse:resource';
export const PROMPT_METADATA = 'nestjs-mcp-sse:prompt';
export const COMPLETION_METADATA = 'nestjs-mcp-sse:completion';

/** The function that a feature decorator decorated, kept by the method's name. */
export const METHOD_METADATA = 'nestjs-mcp-sse:method';
export const NAME_PREFIX_METADATA = 'nestjs-mcp-sse:name-prefix';

export const SCOPES_METADATA = 'nestjs-mcp-sse:scopes';
export const ROLES_METADATA = 'nestjs-mcp-sse:roles';
export const PUBLIC_METADATA = 'nestjs-mcp-sse:public';

/** Nest's key for parameter decorators, so that Nest's own ones and `createParamDecorator` work on tools. */
export const PARAMETERS_METADATA = '__routeArguments__';

/** Nest's key for providers that handle requests. Nest applies global request-scoped enhancers to those alone. */
export const ENTRY_PROVIDER_METADATA = '__entryProvider__';
