import { SpanStatusCode, type Span } from '@opentelemetry/api';
import { ToolFailure } from '../execution/tool-result.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';

/**
 * Ends the span of a request with what became of it.
 *
 * @param outcome as `ObservedRequest.end` has it
 */
export function recordEnd(span: Span, outcome: object | undefined): void {
  if (!outcome) fail(span, 'cancelled');
  else if (outcome instanceof JsonRpcError) {
    span.setAttribute('rpc.response.status_code', String(outcome.code));
    fail(span, String(outcome.code), outcome.message);
  } else if ((outcome as { isError?: unknown }).isError) {
    const cause = ToolFailure.causeOf(outcome);
    if (cause instanceof Error) span.recordException(cause);
    fail(span, 'tool_error');
  }
  span.end();
}

function fail(span: Span, type: string, message?: string): void {
  span.setAttribute('error.type', type);
  span.setStatus({ code: SpanStatusCode.ERROR, message });
}
