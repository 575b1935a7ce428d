/** An answer other than the load expected. */
export class WrongAnswerError extends Error {
  constructor(request: string, raw: string) {
    super(`Wrong answer to ${request}: ${raw.slice(0, 300)}`);
    this.name = 'WrongAnswerError';
  }
}
