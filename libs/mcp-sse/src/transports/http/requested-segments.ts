import type { IncomingMessage } from 'node:http';
import { pathSegments } from './path-segments.js';

/** The segments of the path that a request names. */
export function requestedSegments(request: IncomingMessage): string[] {
  // Express takes what a router is mounted on off `url`.
  const url = (request as { originalUrl?: string }).originalUrl ?? request.url!;
  return pathSegments(url.split('?', 1)[0]!);
}
