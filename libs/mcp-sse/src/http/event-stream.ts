import type { StreamItem } from '../streaming/stream-event.js';

/** The headers of an event stream. Proxies and compression do not buffer it. */
export const EVENT_STREAM_HEADERS = {
  'Content-Type': 'text/event-stream',
  'Cache-Control': 'no-cache, no-transform',
  'X-Accel-Buffering': 'no',
} as const;

/** @see https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream */
export function formatEvent(event: StreamItem): string {
  if ('comment' in event)
    return 'id' in event
      ? `id: ${event.id}\nretry: ${event.retry}\n: ${event.comment}\n\n`
      : `: ${event.comment}\n\n`;
  const { id, type, data, retry } = event;
  return `${type ? `event: ${type}\n` : ''}id: ${id}\n${retry === undefined ? '' : `retry: ${retry}\n`}data: ${data}\n\n`;
}
