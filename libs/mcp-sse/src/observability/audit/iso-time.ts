let at = 0;
let text = '';

/** The time as ISO 8601 has it, put into words once for each of its milliseconds: there may be many entries in one. */
export function isoTime(): string {
  const now = Date.now();
  if (now !== at) {
    at = now;
    text = new Date(now).toISOString();
  }
  return text;
}
