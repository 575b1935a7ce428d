/** A handler took longer than its time limit. */
export class HandlerTimeoutError extends Error {
  override readonly name = 'HandlerTimeoutError';

  constructor(timeoutMs: number) {
    super(`The handler took longer than ${timeoutMs} ms and was aborted.`);
  }
}
