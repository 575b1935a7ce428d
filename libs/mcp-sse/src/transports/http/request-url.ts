import type { IncomingMessage } from 'node:http';

/** The URL of a request as it came: Express takes what a router is mounted on off `url`. */
export function requestUrl(request: IncomingMessage): string {
  return (request as { originalUrl?: string }).originalUrl ?? request.url!;
}
