import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import type { SessionCloseReason } from '../model/session-view.js';

const errors = new Map<SessionCloseReason, JsonRpcError>();

/** What is in flight is answered with when its session ends: one for each reason, since most sessions have nothing. */
export function endedBecause(reason: SessionCloseReason): JsonRpcError {
  let error = errors.get(reason);
  if (!error)
    errors.set(
      reason,
      (error = new JsonRpcError(ErrorCode.ConnectionClosed, `The session ended: ${reason}`)),
    );
  return error;
}
