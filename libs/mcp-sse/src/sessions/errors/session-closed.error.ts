/** The session ended while a message for it was on its way. */
export class SessionClosedError extends Error {
  override readonly name = 'SessionClosedError';

  /** @param isForeign whether it lives, but is somebody else's: nobody but the audit trail is told */
  constructor(readonly isForeign = false) {
    super('Session not found. Open the stream or initialize again to start another one.');
  }
}
