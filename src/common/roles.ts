/**
 * The role of those who may change things, for `@McpRoles()`. Whoever else the server lets in may read: what only reads
 * needs no role.
 */
export const EDITOR = 'editor';
