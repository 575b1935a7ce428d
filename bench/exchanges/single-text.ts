interface ToolResult {
  readonly content?: readonly { readonly type?: unknown; readonly text?: unknown }[];
  readonly isError?: unknown;
}

/** The text of a tool's result; undefined unless the result is a single text and not an error. */
export function singleText(result: unknown): unknown {
  const { content, isError } = (result ?? {}) as ToolResult;
  return content?.length === 1 && content[0]?.type === 'text' && !isError ? content[0].text : undefined;
}
