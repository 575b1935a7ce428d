/** No more sessions can be opened for now. */
export class SessionLimitError extends Error {
  override readonly name = 'SessionLimitError';
}
