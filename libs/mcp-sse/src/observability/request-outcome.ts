import { ToolFailure } from '../execution/tool-result.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import { Refusal } from './refusal.js';

/** How a request ended, for those who count and keep it. */
export interface RequestOutcome {
  /** `failed`: answered with an error. `cancelled`: not answered, by the client or because its session ended. */
  readonly outcome: 'ok' | 'failed' | 'denied' | 'cancelled';
  /** Why the client may not have what it asked for. */
  readonly refusal?: Refusal;
}

/** @param outcome as `ObservedRequest.end` has it */
export function requestOutcome(outcome: object | undefined): RequestOutcome {
  if (!outcome) return { outcome: 'cancelled' };
  const refusal = Refusal.ofCall(ToolFailure.causeOf(outcome) ?? outcome);
  if (refusal) return { outcome: 'denied', refusal };
  const isFailed = outcome instanceof JsonRpcError || (outcome as { isError?: unknown }).isError;
  return { outcome: isFailed ? 'failed' : 'ok' };
}
