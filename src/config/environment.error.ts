/** A variable of the environment cannot be used. The message names each such variable and what it accepts. */
export class EnvironmentError extends Error {
  override readonly name = 'EnvironmentError';

  constructor(sentences: readonly string[]) {
    super(sentences.map((sentence) => `${sentence}.`).join('\n'));
  }
}
