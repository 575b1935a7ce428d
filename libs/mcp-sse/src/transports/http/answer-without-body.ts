import type { HttpStatus } from '@nestjs/common';
import { endAfterTurn } from './end-after-turn.js';
import { takeOver } from './take-over.js';

/** Answers without a body. What adapters do to find out how a body is to be sent is not needed for it. */
export function answerWithoutBody(response: unknown, status: HttpStatus): void {
  const raw = takeOver(response);
  raw.statusCode = status;
  endAfterTurn(raw);
}
