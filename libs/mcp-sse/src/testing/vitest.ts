import type { McpMatchers } from './mcp-matchers.js';

/**
 * Types of `mcpMatchers` for Vitest. Its type parameters are those of version 4. Version 5 has others, and accepts these
 * under `skipLibCheck`, which Nest's applications set. CommonJS takes these types from the ES modules: from there,
 * 'vitest' names the module that declares `Matchers`, where its CommonJS types export it again.
 */
// @ts-ignore The library does not import Vitest.
declare module 'vitest' {
  interface Matchers<T> extends McpMatchers {}
}
