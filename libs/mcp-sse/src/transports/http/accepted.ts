import { HttpStatus } from '@nestjs/common';
import { takeOver } from './take-over.js';

/** Answers 202, without a body. What adapters do to find out how a body is to be sent is not needed for it. */
export function accepted(response: unknown): void {
  const raw = takeOver(response);
  raw.statusCode = HttpStatus.ACCEPTED;
  raw.end();
}
