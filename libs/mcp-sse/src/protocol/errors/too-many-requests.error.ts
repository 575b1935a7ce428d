/** A session has as many requests in flight as `limits.maxInFlight` allows. */
export class TooManyRequestsError extends Error {
  override readonly name = 'TooManyRequestsError';

  constructor(readonly maxInFlight: number) {
    super(`The session has ${maxInFlight} requests in flight; wait for an answer before you send more.`);
  }
}
