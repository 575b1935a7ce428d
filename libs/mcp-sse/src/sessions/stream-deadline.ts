const MAX_JITTER_MS = 30_000;

/**
 * When the streams of a session end, as its token expires: up to a tenth of the time that is left, and 30 s at
 * most, before that, so that clients which came together do not all come back together.
 *
 * @param expiresAt milliseconds since the epoch
 */
export function streamDeadline(expiresAt: number, now: number): number {
  const jitter = Math.min(MAX_JITTER_MS, Math.max(0, expiresAt - now) / 10);
  return expiresAt - Math.random() * jitter;
}
