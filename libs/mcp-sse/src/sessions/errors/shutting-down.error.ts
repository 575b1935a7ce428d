/** No more sessions are opened, since the server ends. */
export class ShuttingDownError extends Error {
  override readonly name = 'ShuttingDownError';

  constructor() {
    super('The server is shutting down; try again later.');
  }
}
