import { setMaxListeners } from 'node:events';

/** Runs work with several parallel parts. If one fails, the signal that they share stops the others. */
export async function untilFailure<T>(
  signal: AbortSignal,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const controller = new AbortController();
  try {
    const either = AbortSignal.any([signal, controller.signal]);
    // Each part listens to the signal. Node warns of a leak at more than ten listeners.
    setMaxListeners(0, either);
    return await work(either);
  } finally {
    controller.abort();
  }
}
