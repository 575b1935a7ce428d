/** Where and how a value departs from its shape. */
export interface ShapeIssues {
  readonly issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[];
}

/** A schema of the protocol, as the SDK has them. */
interface Shape {
  safeParse(value: unknown): { success: true } | { success: false; error: ShapeIssues };
}

/** Where and how a value first departs from its shape, such as `messages.0.role: …`; undefined where it fits. */
export function shapeFault(shape: Shape, value: unknown): string | undefined {
  const parsed = shape.safeParse(value);
  return parsed.success ? undefined : issueText(parsed.error);
}

/** The first of them. */
export function issueText({ issues }: ShapeIssues): string {
  const { path, message } = issues[0]!;
  return path.length === 0 ? message : `${path.join('.')}: ${message}`;
}
