/** @param seconds since the epoch */
export function toIso(seconds = 0): string {
  return new Date(seconds * 1_000).toISOString();
}
