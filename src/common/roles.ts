/** The role for `@McpRoles()` that may change things. Reading needs no role. */
export const EDITOR = 'editor';
