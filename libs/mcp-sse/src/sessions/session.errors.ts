import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import { JsonRpcError } from '../model/errors/json-rpc.error.js';
import type { SessionCloseReason } from '../model/session-view.js';

/** The session does not exist, or ended while a message for it was under way. */
export class SessionClosedError extends Error {
  override readonly name = 'SessionClosedError';

  /** @param isForeign whether the session exists but belongs to another principal; only the audit trail is told */
  constructor(readonly isForeign = false) {
    super('Session not found. Open the stream or initialize again to start another one.');
  }
}

/** Another node owns the session now. */
export class SessionMovedError extends Error {
  override readonly name = 'SessionMovedError';

  /** @param hasBegun whether this node has begun to carry out what was asked */
  constructor(readonly hasBegun = false) {
    super();
  }
}

/** A limit of sessions or memory is reached. */
export class SessionLimitError extends Error {
  override readonly name = 'SessionLimitError';
}

/** The server is shutting down and opens no more sessions. */
export class ShuttingDownError extends Error {
  override readonly name = 'ShuttingDownError';

  constructor() {
    super('The server is shutting down; try again later.');
  }
}

/** The answer to a request that is unfinished when its session ends. */
export function sessionEnded(reason: SessionCloseReason): JsonRpcError {
  return new JsonRpcError(ErrorCode.ConnectionClosed, `The session ended: ${reason}`);
}

/** The answer to a request whose node is gone. */
export function lostRequest(): JsonRpcError {
  return new JsonRpcError(
    ErrorCode.ConnectionClosed,
    'The server that worked on the request is gone, and its answer is lost. Send the request again if it may be repeated.',
    { retryable: true },
  );
}
