import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import type { SessionCloseReason } from '../model/session-view.js';

/** What is in flight is answered with when its session ends. */
export function endedBecause(reason: SessionCloseReason): JsonRpcError {
  return new JsonRpcError(ErrorCode.ConnectionClosed, `The session ended: ${reason}`);
}
