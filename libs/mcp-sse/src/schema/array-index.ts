/** Reads a path segment of a library that writes array indexes as text. */
export function arrayIndex(segment: string): string | number {
  return /^\d+$/.test(segment) ? Number(segment) : segment;
}
