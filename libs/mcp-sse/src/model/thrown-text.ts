/** What can be read of a value that was thrown. */
export interface ThrownText {
  readonly message: string;
  readonly stack?: string;
}

const UNREADABLE: ThrownText = { message: 'something without a readable message was thrown' };

/** The message and stack of a thrown value, which may be anything. Never throws. */
export function thrownText(thrown: unknown): ThrownText {
  try {
    // Built here for what is no error, so that the stack leads to this caller.
    const { message, stack } = thrown instanceof Error ? thrown : new Error(String(thrown));
    return { message: String(message), stack: typeof stack === 'string' ? stack : undefined };
  } catch {
    // An object without a prototype, or a getter that throws.
    return UNREADABLE;
  }
}
