import { brand } from './copies.js';

/** A step of a streaming handler, created by {@link progress}. */
export class McpProgress {
  static {
    brand(this, 'McpProgress');
  }

  constructor(
    readonly done: number,
    readonly total?: number,
    readonly message?: string,
  ) {}
}

/**
 * Reports progress from a handler that returns an Observable or an async iterable. Each emitted `progress()` becomes
 * `notifications/progress`, and the last other value is the result.
 *
 * ```ts
 * @McpTool()
 * async *import(args: ImportDto) {
 *   yield progress(1, 2, 'parsed');
 *   yield 'imported 2 rows';
 * }
 * ```
 */
export function progress(done: number, total?: number, message?: string): McpProgress {
  return new McpProgress(done, total, message);
}
