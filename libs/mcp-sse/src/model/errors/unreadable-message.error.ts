/** A message of another node has a type or shape that this version does not know. */
export class UnreadableMessageError extends Error {
  override readonly name = 'UnreadableMessageError';
}
