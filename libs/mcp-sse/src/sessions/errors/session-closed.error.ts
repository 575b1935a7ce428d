/** The session ended while a message for it was on its way. */
export class SessionClosedError extends Error {
  override readonly name = 'SessionClosedError';

  constructor() {
    super('Session not found. Open the stream or initialize again to start another one.');
  }
}
