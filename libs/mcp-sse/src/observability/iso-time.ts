let at = 0;
let text = '';

/** The time as ISO 8601 has it. To put it into words costs more than much of a call, so that is done once for each of its milliseconds. */
export function isoTime(): string {
  const now = Date.now();
  if (now !== at) {
    at = now;
    text = new Date(now).toISOString();
  }
  return text;
}
