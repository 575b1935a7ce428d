import { HttpException, HttpStatus } from '@nestjs/common';
import { isObservable, lastValueFrom } from 'rxjs';
import type { McpCall } from '../model/call.js';
import { McpResponse } from './mcp-response.js';
import { streamedResult } from './streamed-result.js';

/**
 * The answer to a call whose exception a filter has handled: the value that the filter returned. Without a value, and
 * for a resource that a client watches, the exception stands. A denial (401, 403) stays an error with the value's text.
 *
 * @param returned what the filter returned; undefined when no filter handled the exception
 * @throws {unknown} the exception, or a denial with the filter's text
 */
export async function filterAnswer(error: unknown, returned: unknown, call: McpCall): Promise<unknown> {
  if (call.watches) throw error;
  const streamed = streamedResult(returned, call);
  const answer = isObservable(streamed) ? await lastValueFrom(streamed) : streamed;
  // A filter written for HTTP answers on the response and may return it, as the last call of a chain.
  if (answer === undefined || answer === null || answer === '' || answer instanceof McpResponse) throw error;
  if (!isDenial(error) || isErrorResult(answer, call)) return answer;
  const text = textOf(answer);
  throw text === undefined ? error : new HttpException(text, error.getStatus(), { cause: error });
}

function isDenial(error: unknown): error is HttpException {
  if (!(error instanceof HttpException)) return false;
  const status: HttpStatus = error.getStatus();
  return status === HttpStatus.UNAUTHORIZED || status === HttpStatus.FORBIDDEN;
}

/** Whether a filter returned a tool's result with `isError`. Other features have no such results. */
function isErrorResult(answer: unknown, { kind }: McpCall): boolean {
  return (
    kind === 'tool' && (answer as { isError?: unknown }).isError === true && contentOf(answer) !== undefined
  );
}

function textOf(answer: unknown): string | undefined {
  if (typeof answer === 'string') return answer;
  const texts = contentOf(answer)?.flatMap((block) => (block as { text?: unknown } | null)?.text ?? []);
  return texts && texts.length > 0 ? texts.join('\n') : undefined;
}

function contentOf(answer: unknown): readonly unknown[] | undefined {
  const { content } = answer as { content?: unknown };
  return Array.isArray(content) ? content : undefined;
}
