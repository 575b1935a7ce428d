const SIGNALS = ['SIGTERM', 'SIGQUIT', 'SIGHUP'] as const;

/**
 * Takes note of a signal that will stop the application. Only where somebody listens to it already: a first
 * listener would keep the signal from ending the process.
 *
 * @returns tells whether there was one
 */
export function noteSignals(): () => boolean {
  let received = false;
  const note = () => (received = true);
  for (const signal of SIGNALS)
    if (process.listenerCount(signal) > 0) process.prependOnceListener(signal, note);
  return () => received;
}
