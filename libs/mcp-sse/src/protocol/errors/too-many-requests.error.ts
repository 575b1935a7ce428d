/** A session has as many requests in flight as it may have. */
export class TooManyRequestsError extends Error {
  override readonly name = 'TooManyRequestsError';

  constructor(limit: number) {
    super(`The session has ${limit} requests in flight; wait for an answer before you send more.`);
  }
}
