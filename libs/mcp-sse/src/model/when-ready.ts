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
