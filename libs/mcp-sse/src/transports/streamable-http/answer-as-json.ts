import type { ServerResponse } from 'node:http';
import { asContent } from '../http/as-content.js';
import { endAfterTurn } from '../http/end-after-turn.js';

/** Answers a POST without a stream. @param answers to all of its requests, as JSON */
export function answerAsJson(response: ServerResponse, answers: readonly string[], isBatch: boolean): void {
  const body = asContent(isBatch ? `[${answers.join(',')}]` : answers[0]!);
  response.writeHead(200, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
  });
  endAfterTurn(response, body);
}
