import { progress, type McpProgress } from 'nestjs-mcp-sse';
import { connect, map, merge, take, toArray, type OperatorFunction } from 'rxjs';

/**
 * Takes `count` items, reports each as progress, and ends with the result of `toResult`. For tools that work step by step.
 */
export function collectWithProgress<Item, Result>(
  count: number,
  describe: (item: Item) => string,
  toResult: (items: Item[]) => Result,
): OperatorFunction<Item, McpProgress | Result> {
  return (source) =>
    source.pipe(
      take(count),
      connect((items) =>
        merge(
          items.pipe(map((item, index) => progress(index + 1, count, describe(item)))),
          items.pipe(toArray(), map(toResult)),
        ),
      ),
    );
}
