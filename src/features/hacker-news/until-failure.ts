import { setMaxListeners } from 'node:events';

/** Runs work of several parts. Where one of them fails, the signal that it is given stops the others too. */
export async function untilFailure<T>(
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  try {
    const either = AbortSignal.any([signal, controller.signal]);
    // Each part listens to it; Node would take more than ten of them for a leak.
    setMaxListeners(0, either);
    return await work(either);
  } finally {
    controller.abort();
  }
}
