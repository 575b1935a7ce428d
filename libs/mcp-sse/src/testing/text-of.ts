/** The members of results of `tools/call`, `resources/read` and `prompts/get` that hold text. */
interface Answer {
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
export function textOf({ isError, content, contents, messages }: Answer): string {
  const blocks = (content ?? contents ?? messages ?? []) as readonly Block[];
  const text = blocks.flatMap((block) => block.text ?? block.content?.text ?? []).join('\n');
  if (isError === true) throw new Error(text);
  return text;
}
