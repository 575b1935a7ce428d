import type { ServerResponse } from 'node:http';
import { answerJson } from '../../http/answer.js';
import { EVENT_STREAM_HEADERS } from '../../http/event-stream.js';
import { type MemoryAccount, heapBytes } from '../../streaming/memory-budget.js';

/** Answers to the requests of one POST, held until all of them can be sent together. */
export class HeldAnswers {
  private readonly answers: string[] = [];
  private heldBytes = 0;

  /** @param memory account of the session */
  constructor(private readonly memory: MemoryAccount) {}

  /** Each as JSON. */
  get texts(): readonly string[] {
    return this.answers;
  }

  /** @param isLast whether no other is waited for: then it is held no longer than this turn of the event loop */
  add(json: string, isLast: boolean): void {
    this.answers.push(json);
    if (isLast) return;
    const bytes = heapBytes(json);
    this.heldBytes += bytes;
    this.memory.add(bytes);
    this.memory.budget.settle();
  }

  /** They are held no longer. */
  release(): void {
    if (this.heldBytes > 0) this.memory.add(-this.heldBytes);
    this.heldBytes = 0;
  }
}

/** Answers a POST with all of its answers. */
export function answerAll(
  response: ServerResponse,
  answers: readonly string[],
  isBatch: boolean,
  memory: MemoryAccount,
): void {
  if (answers.length > 0) answerJson(response, answers, isBatch, memory);
  // All requests were cancelled. An event stream may be empty; JSON would have to be an answer.
  else response.writeHead(200, EVENT_STREAM_HEADERS).end();
}
