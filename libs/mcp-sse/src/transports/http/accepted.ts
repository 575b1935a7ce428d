import { HttpStatus } from '@nestjs/common';
import { endAfterTurn } from './end-after-turn.js';
import { takeOver } from './take-over.js';

/** Answers 202, without a body. What adapters do to find out how a body is to be sent is not needed for it. */
export function accepted(response: unknown): void {
  const raw = takeOver(response);
  raw.statusCode = HttpStatus.ACCEPTED;
  endAfterTurn(raw);
}
