/** A schema of the protocol, as the SDK has them. */
interface Shape {
  safeParse(
    value: unknown,
  ):
    | { success: true }
    | { success: false; error: { issues: readonly { path: readonly PropertyKey[]; message: string }[] } };
}

/** Where and how a value first departs from its shape, such as `messages.0.role: …`; undefined where it fits. */
export function shapeFault(shape: Shape, value: unknown): string | undefined {
  const parsed = shape.safeParse(value);
  if (parsed.success) return undefined;
  const { path, message } = parsed.error.issues[0]!;
  return path.length === 0 ? message : `${path.join('.')}: ${message}`;
}
