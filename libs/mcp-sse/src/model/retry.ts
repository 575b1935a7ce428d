import { setTimeout as delay } from 'node:timers/promises';

/**
 * Repeats an operation until it succeeds. Waiting does not keep the process alive.
 *
 * @param delayAfter milliseconds to wait after a failure, 0 to try again at once; undefined for a failure that is final
 * @param forMs milliseconds after which every failure is final
 * @throws the error of the last attempt
 */
export async function retry<T>(
  attempt: () => Promise<T>,
  delayAfter: (error: unknown) => number | undefined,
  forMs = Infinity,
): Promise<T> {
  const deadline = Date.now() + forMs;
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      const delayMs = Date.now() < deadline ? delayAfter(error) : undefined;
      if (delayMs === undefined) throw error;
      if (delayMs > 0) await delay(delayMs, undefined, { ref: false });
    }
  }
}
