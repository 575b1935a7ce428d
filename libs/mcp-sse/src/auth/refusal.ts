import { Logger } from '@nestjs/common';
import { clip } from '../model/clip.js';
import { escapeControls } from '../model/log-line.js';

const MAX_VALUE_LENGTH = 200;
const logger = new Logger('McpSseModule');

/** A token that is not accepted. */
export class RefusedToken {
  /** @param cause as {@link logRefusal} takes it */
  constructor(readonly cause: string) {}
}

/**
 * Says why a request gets 401, which its client is not told. At level `debug`: anybody can cause such lines.
 *
 * @param cause as a clause that begins with "its token" or such; never the token or a part of its signature
 */
export function logRefusal(cause: string): void {
  logger.debug(`A request gets 401: ${cause}.`);
}

/** A value of a token, as a log line may have it. */
export function quoted(value: unknown): string {
  if (value === undefined) return 'missing';
  return escapeControls(clip(JSON.stringify(value), MAX_VALUE_LENGTH));
}
