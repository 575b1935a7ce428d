/** The members of results of `tools/call`, `resources/read` and `prompts/get` that hold text. */
export interface Answer {
  readonly isError?: unknown;
  readonly content?: unknown;
  readonly contents?: unknown;
  readonly messages?: unknown;
  readonly [member: string]: unknown;
}

interface Block {
  readonly text?: string;
  /** The content of a prompt's message. */
  readonly content?: { readonly text?: string };
}

/**
 * Returns the text of a tool's result, a resource or a prompt. Several texts are joined by newlines.
 *
 * @throws {Error} with that text if the tool failed (`isError`)
 */
export function textOf(answer: Answer): string {
  const text = answeredText(answer);
  if (answer.isError === true) throw new Error(text);
  return text;
}

/** The text, also that of a tool that failed. */
export function answeredText({ content, contents, messages }: Answer): string {
  const blocks = (content ?? contents ?? messages ?? []) as readonly Block[];
  return blocks.flatMap((block) => block.text ?? block.content?.text ?? []).join('\n');
}

export function isAnswer(value: unknown): value is Answer {
  const { content, contents, messages } = (value ?? {}) as Answer;
  return [content, contents, messages].some(Array.isArray);
}
