import type { McpMatchers } from './mcp-matchers.js';

/** Types of `mcpMatchers` for Jest: for `expect` of `@jest/globals`, and for the global one of `@types/jest`. */
// @ts-ignore The library does not import Jest.
declare module 'expect' {
  interface Matchers<R extends void | Promise<void>, T> extends McpMatchers<R> {}
}

declare global {
  namespace jest {
    interface Matchers<R, T> extends McpMatchers<R> {}
  }
}
