/** A handler took longer than it may. */
export class HandlerTimeoutError extends Error {
  override readonly name = 'HandlerTimeoutError';

  constructor(timeoutMs: number) {
    super(`It took longer than ${timeoutMs} ms and was given up.`);
  }
}
