/** Converts a Retry-After header, which has seconds or a date, to milliseconds. */
export function retryAfterMs(header: string | null, now = Date.now()): number | undefined {
  if (header === null) return undefined;
  const moment = /^\d+$/.test(header) ? now + Number(header) * 1_000 : Date.parse(header);
  return Number.isNaN(moment) ? undefined : Math.max(0, moment - now);
}
