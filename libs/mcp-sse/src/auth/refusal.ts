import { Logger } from '@nestjs/common';
import { clip } from '../model/clip.js';
import { escapeControls } from '../model/log-line.js';

const MAX_VALUE_LENGTH = 200;
const logger = new Logger('McpSseModule');

/** A refused token. */
export class RefusedToken {
  /** @param cause for {@link logRefusal} */
  constructor(readonly cause: string) {}
}

/**
 * Logs why a request gets 401; the client is not told. At level `debug`, since anybody can cause such lines.
 *
 * @param cause a clause such as "its token expired"; never contains the token or a part of its signature
 */
export function logRefusal(cause: string): void {
  logger.debug(`A request gets 401: ${cause}.`);
}

/** Quotes a token's value for a log line. */
export function quoted(value: unknown): string {
  if (value === undefined) return 'missing';
  return escapeControls(clip(JSON.stringify(value), MAX_VALUE_LENGTH));
}
