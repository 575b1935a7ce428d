import { HandlerTimeoutError } from '../model/errors/handler-timeout.error.js';

/**
 * Runs a handler within a time limit.
 *
 * @param timeoutMs in milliseconds; false is no limit
 * @param abort called when the limit is exceeded
 * @throws {HandlerTimeoutError} when the limit is exceeded
 */
export function withinTimeLimit<T>(
  timeoutMs: number | false,
  abort: (reason: Error) => void,
  run: () => Promise<T>,
): Promise<T> {
  return timeoutMs === false ? run() : raced(timeoutMs, abort, run);
}

async function raced<T>(
  timeoutMs: number,
  abort: (reason: Error) => void,
  run: () => Promise<T>,
): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const expiry = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      const error = new HandlerTimeoutError(timeoutMs);
      // Before the abort: the handler's reaction to it must not become the answer.
      reject(error);
      abort(error);
    }, timeoutMs);
  });
  try {
    return await Promise.race([run(), expiry]);
  } finally {
    clearTimeout(timer);
  }
}
