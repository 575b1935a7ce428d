import type { ServerResponse } from 'node:http';
import type { MemoryAccount } from '../streaming/memory-budget.js';
import { hijackResponse } from './raw-response.js';
import { UnsentBytes } from './unsent-bytes.js';

/** From how many characters on it is cheaper to encode a text here. */
const LARGE = 65_536;

/** Answers without a body. The adapter is passed by: how it would send a body does not matter here. */
export function answerStatus(response: unknown, status: number): void {
  const raw = hijackResponse(response);
  raw.statusCode = status;
  endAfterTurn(raw);
}

/**
 * Answers a POST with JSON.
 *
 * @param answers to all of its requests, as JSON
 * @param memory pays for what waits until the client reads it
 */
export function answerJson(
  response: ServerResponse,
  answers: readonly string[],
  isBatch: boolean,
  memory: MemoryAccount,
): void {
  const body = encodedIfLarge(isBatch ? `[${answers.join(',')}]` : answers[0]!);
  response.writeHead(200, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
  });
  endAfterTurn(response, body);
  if (typeof body !== 'string') countAfterTurn(response, memory);
}

/**
 * A text as it is best written to a response. Node counts the bytes of a text, joins it to what precedes it, and encodes
 * it into thrice the room that it might need: cheap, unless it is long.
 */
export function encodedIfLarge(text: string): string | Buffer {
  return text.length < LARGE ? text : Buffer.from(text);
}

/**
 * Ends a response at the end of this turn of the event loop, as the events of streams are sent. Where the other side
 * is on the same machine, such as a proxy, to wake it is most of what a write costs: what is written in a row wakes it
 * once.
 */
function endAfterTurn(response: ServerResponse, body?: string | Buffer): void {
  setImmediate(() => response.end(body));
}

/** Counts the bytes that the system did not take at once. */
function countAfterTurn(response: ServerResponse, memory: MemoryAccount): void {
  const unsent = new UnsentBytes(response, memory);
  setImmediate(() => {
    unsent.update();
    memory.budget.settle();
  });
}
