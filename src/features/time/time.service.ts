import { Injectable } from '@nestjs/common';
import { McpResource, McpTool, McpUriParam } from 'nestjs-mcp-sse';
import { ServerTimeDto } from './server-time.dto.js';
import { TimeZonePipe } from './time-zone.pipe.js';
import { toZonedTime, ZonedTime } from './to-zoned-time.js';

@Injectable()
export class TimeService {
  @McpTool({
    name: 'server_time',
    description: 'The time on the server',
    output: ZonedTime,
    annotations: { readOnlyHint: true },
  })
  serverTime({ timezone }: ServerTimeDto): ZonedTime {
    return toZonedTime(new Date(), timezone ?? 'UTC');
  }

  @McpResource({
    // The + lets the slash of Europe/Berlin through.
    uri: 'time://{+timezone}',
    name: 'time',
    description: 'The time in an IANA time zone, such as time://Europe/Berlin',
    mimeType: 'application/json',
  })
  timeIn(@McpUriParam('timezone', TimeZonePipe) timezone: string): ZonedTime {
    return toZonedTime(new Date(), timezone);
  }
}
