import { HandlerTimeoutError } from '../model/errors/handler-timeout.error.js';

/**
 * Runs something that may take a while.
 *
 * @param timeoutMs how long, in milliseconds; false is for ever
 * @param abort called when it has taken longer
 * @throws {HandlerTimeoutError} when it has taken longer
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
      // First: what the handler makes of the abortion must not become the answer.
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
