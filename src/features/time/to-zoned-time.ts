import { IsISO8601, IsString } from 'class-validator';
import { McpSchema } from 'nestjs-mcp-sse';

/** A moment in UTC and as local time. */
export class ZonedTime {
  @McpSchema({ description: 'The moment in UTC' })
  @IsISO8601()
  readonly iso!: string;

  @IsString()
  readonly timezone!: string;

  @McpSchema({ description: 'What a clock in the time zone shows' })
  @IsString()
  readonly local!: string;
}

/** @param timezone IANA name; an unknown one is a RangeError */
export function toZonedTime(moment: Date, timezone: string): ZonedTime {
  const format = new Intl.DateTimeFormat('en-GB', {
    dateStyle: 'full',
    timeStyle: 'long',
    timeZone: timezone,
  });
  return { iso: moment.toISOString(), timezone, local: format.format(moment) };
}
