/*
 * One process may load several copies of the library: the ES modules and the CommonJS build, or two versions. Each has
 * classes of its own.
 */

/** The places of all copies. */
const COPIES = Symbol.for('nestjs-mcp-sse:copies');

/** This file with line and column, which differ where a bundle has two copies in one file. */
const place = / at (?:.+ \()?(.+:\d+:\d+)\)?$/m.exec(new Error().stack ?? '')?.[1] ?? 'an unknown place';

const copies = ((globalThis as { [COPIES]?: Set<string> })[COPIES] ??= new Set());
// Jest loads the same copy again after `jest.resetModules()`.
if (!copies.has(place)) {
  copies.add(place);
  if (copies.size > 1) warn();
}

/** Comes before Nest's own error, that it cannot resolve a dependency, which does not name the cause. */
function warn(): void {
  process.emitWarning(
    `${copies.size} copies of nestjs-mcp-sse are loaded:\n  ${[...copies].join('\n  ')}\n` +
      'Nest cannot inject classes of one, such as McpSessionService, where the module of another serves. Import the ' +
      'package by its name, not by a path. If node_modules has it twice, run: npm dedupe. If a bundle has both its ' +
      '"import" and its "require" build, make the package external, or only import it.',
    { code: 'NESTJS_MCP_SSE_COPIES' },
  );
}

/**
 * Makes `instanceof` find the instances of a class in every copy. Subclasses that are not branded work as usual.
 *
 * @param type calls this in its static block
 */
export function brand(type: { prototype: object }, name: string): void {
  const key = Symbol.for(`nestjs-mcp-sse:${name}`);
  Object.defineProperty(type.prototype, key, { value: true });
  Object.defineProperty(type, Symbol.hasInstance, {
    value(this: unknown, value: unknown): boolean {
      if (this !== type) return Function.prototype[Symbol.hasInstance].call(this as () => void, value);
      return typeof value === 'object' && value !== null && key in value;
    },
  });
}
