export const TOOL_METADATA = 'nestjs-mcp-sse:tool';
export const RESOURCE_METADATA = 'nestjs-mcp-sse:resource';
export const APP_METADATA = 'nestjs-mcp-sse:app';
export const PROMPT_METADATA = 'nestjs-mcp-sse:prompt';
export const COMPLETION_METADATA = 'nestjs-mcp-sse:completion';

/** The function that a feature decorator decorated, kept by the method's name. */
export const METHOD_METADATA = 'nestjs-mcp-sse:method';
export const NAME_PREFIX_METADATA = 'nestjs-mcp-sse:name-prefix';

export const SCOPES_METADATA = 'nestjs-mcp-sse:scopes';
export const ROLES_METADATA = 'nestjs-mcp-sse:roles';
export const PUBLIC_METADATA = 'nestjs-mcp-sse:public';
export const TOOLSETS_METADATA = 'nestjs-mcp-sse:toolsets';
