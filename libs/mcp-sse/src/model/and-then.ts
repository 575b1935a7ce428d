/**
 * Passes a value to a function, synchronously unless it is a promise.
 *
 * @param use may throw; the error reaches the caller or rejects the promise
 */
export function andThen<T, R>(value: T, use: (value: Awaited<T>) => R | PromiseLike<R>): R | Promise<R> {
  return isThenable(value)
    ? Promise.resolve(value as PromiseLike<Awaited<T>>).then(use)
    : (use(value as Awaited<T>) as R);
}

/** Checks for `then`: promises of another realm or library are not instances of `Promise`. */
function isThenable(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && typeof (value as { then?: unknown }).then === 'function'
  );
}

/**
 * Uses a value synchronously unless it is a promise, so that messages keep their order.
 *
 * @param get returns the value or a promise of it
 * @param onError called when `get` or `use` fails
 */
export function whenReady<T>(
  get: () => T | Promise<T>,
  use: (value: T) => void,
  onError: (error: unknown) => void,
): void {
  try {
    const value = get();
    if (value instanceof Promise) value.then(use).catch(onError);
    else use(value);
  } catch (error) {
    onError(error);
  }
}
