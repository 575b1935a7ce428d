import type { ZonedTime } from './zoned-time.js';

/** @param timezone IANA name; an unknown one is a RangeError */
export function toZonedTime(moment: Date, timezone: string): ZonedTime {
  const format = new Intl.DateTimeFormat('en-GB', {
    dateStyle: 'full',
    timeStyle: 'long',
    timeZone: timezone,
  });
  return { iso: moment.toISOString(), timezone, local: format.format(moment) };
}
