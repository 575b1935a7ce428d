/** Where and how a value differs from its schema. */
export interface ShapeIssues {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
}

/** A schema of the official SDK. */
interface Shape {
  safeParse(value: unknown): { success: true } | { success: false; error: ShapeIssues };
}

/** Where and how a value first differs from its schema, such as `messages.0.role: …`; undefined if it is valid. */
export function shapeFault(shape: Shape, value: unknown): string | undefined {
  const parsed = shape.safeParse(value);
  return parsed.success ? undefined : issueText(parsed.error);
}

/** The first problem. */
export function issueText({ issues }: ShapeIssues): string {
  const { path, message } = issues[0]!;
  return path.length === 0 ? message : `${path.join('.')}: ${message}`;
}
