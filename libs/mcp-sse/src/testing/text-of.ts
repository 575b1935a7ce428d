/** What the answers to `tools/call`, `resources/read` and `prompts/get` have, as far as it matters here. */
interface Answer {
  readonly isError?: unknown;
  readonly content?: unknown;
  readonly contents?: unknown;
  readonly messages?: unknown;
  readonly [member: string]: unknown;
}

interface Block {
  readonly text?: string;
  /** Of a message of a prompt. */
  readonly content?: { readonly text?: string };
}

/**
 * The text of a tool's result, of a resource or of a prompt; several texts are lines.
 *
 * @throws {Error} with that text when the tool has failed (`isError`)
 */
export function textOf({ isError, content, contents, messages }: Answer): string {
  const blocks = (content ?? contents ?? messages ?? []) as readonly Block[];
  const text = blocks.flatMap((block) => block.text ?? block.content?.text ?? []).join('\n');
  if (isError === true) throw new Error(text);
  return text;
}
