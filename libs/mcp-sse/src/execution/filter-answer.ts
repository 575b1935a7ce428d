import { HttpException, HttpStatus } from '@nestjs/common';
import { isObservable, lastValueFrom } from 'rxjs';
import type { McpCall } from '../model/call.js';
import { McpResponse } from './mcp-response.js';
import { streamedResult } from './streamed-result.js';

/**
 * What a call is answered with after an exception filter has handled its exception: the value that the filter
 * returned. The exception stands where that is no value, and where a client wants to watch a resource. A denial stays
 * an error: of the value it takes the text alone.
 *
 * @param returned by the filter; undefined where none has handled the exception
 * @throws {unknown} the exception, or a denial with the filter's text
 */
export async function filterAnswer(error: unknown, returned: unknown, call: McpCall): Promise<unknown> {
  if (call.watches) throw error;
  const streamed = streamedResult(returned, call);
  const answer = isObservable(streamed) ? await lastValueFrom(streamed) : streamed;
  // A filter made for HTTP answers on the response, and may return it as the end of a chain.
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

/** Only tools have results that are errors. */
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
