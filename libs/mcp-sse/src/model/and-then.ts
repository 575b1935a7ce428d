/**
 * Goes on with a value at once when it is there, else as soon as it is: what need not wait does not give up its turn.
 *
 * @param use what to do with the value; throws as the caller would
 */
export function andThen<T, R>(value: T, use: (value: Awaited<T>) => R | PromiseLike<R>): R | Promise<R> {
  return isThenable(value)
    ? Promise.resolve(value as PromiseLike<Awaited<T>>).then(use)
    : (use(value as Awaited<T>) as R);
}

/** Not only of this realm, and not only of this kind. */
function isThenable(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'then' in value;
}

/**
 * Uses a value at once when it is there, so that what is sent keeps its order, else as soon as it is.
 *
 * @param get gives the value, or a promise of it
 * @param onError called when that, or using it, fails
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
