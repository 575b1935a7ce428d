import type { ServerResponse } from 'node:http';
import { asContent } from '../http/as-content.js';
import type { MemoryAccount } from '../../streaming/memory-account.js';
import { endAfterTurn } from '../http/end-after-turn.js';
import { UnsentBytes } from '../http/unsent-bytes.js';

/**
 * Answers a POST without a stream.
 *
 * @param answers to all of its requests, as JSON
 * @param memory pays for what waits until the client reads it
 */
export function answerAsJson(
  response: ServerResponse,
  answers: readonly string[],
  isBatch: boolean,
  memory: MemoryAccount,
): void {
  const body = asContent(isBatch ? `[${answers.join(',')}]` : answers[0]!);
  response.writeHead(200, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
  });
  endAfterTurn(response, body);
  // One that asContent() encodes is large.
  if (typeof body !== 'string') countAfterTurn(response, memory);
}

/** What the system did not take at once. */
function countAfterTurn(response: ServerResponse, memory: MemoryAccount): void {
  const unsent = new UnsentBytes(response, memory);
  setImmediate(() => {
    unsent.update();
    memory.budget.settle();
  });
}
