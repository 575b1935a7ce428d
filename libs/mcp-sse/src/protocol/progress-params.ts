import type { ProgressToken } from '@modelcontextprotocol/sdk/types.js';

/** The parameters of `notifications/progress`, of which a call may send thousands. */
export class ProgressParams {
  /** @param progress and `total` are finite */
  constructor(
    readonly progressToken: ProgressToken,
    readonly progress: number,
    readonly total: number | undefined,
    readonly message: string | undefined,
  ) {}

  /** What JSON.stringify() would give, in a fraction of its time. */
  get json(): string {
    const { progressToken, progress, total, message } = this;
    const token = Number.isSafeInteger(progressToken) ? progressToken : JSON.stringify(progressToken);
    let json = `{"progressToken":${token},"progress":${progress}`;
    if (total !== undefined) json += `,"total":${total}`;
    // A handler in JavaScript may pass what JSON leaves out, such as a function.
    const text = message === undefined ? undefined : JSON.stringify(message);
    if (text !== undefined) json += `,"message":${text}`;
    return `${json}}`;
  }
}
