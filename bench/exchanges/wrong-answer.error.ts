/** An answer that is not the one that the load asked for. */
export class WrongAnswerError extends Error {
  constructor(request: string, raw: string) {
    super(`Wrong answer to ${request}: ${raw.slice(0, 300)}`);
    this.name = 'WrongAnswerError';
  }
}
