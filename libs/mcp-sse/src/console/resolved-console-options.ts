import type { McpConsoleOptions } from './mcp-console.options.js';

/** The options of the console with every default in place. */
export type ResolvedConsoleOptions = Readonly<Required<McpConsoleOptions>>;

/** Injection token of the {@link ResolvedConsoleOptions}. */
export const CONSOLE_OPTIONS = Symbol('nestjs-mcp-sse:console-options');
