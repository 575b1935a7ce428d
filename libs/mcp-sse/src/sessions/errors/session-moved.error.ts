/** Another node has the session now. */
export class SessionMovedError extends Error {
  override readonly name = 'SessionMovedError';
}
