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

const ended = new Map<SessionCloseReason, JsonRpcError>();

/**
 * The answer to requests that are unfinished when their session ends. The same for all sessions: its stack trace took
 * 25 µs at the end of each, and most have no such requests.
 */
export function sessionEnded(reason: SessionCloseReason): JsonRpcError {
  let error = ended.get(reason);
  if (!error)
    ended.set(reason, (error = new JsonRpcError(ErrorCode.ConnectionClosed, `The session ended: ${reason}`)));
  return error;
}

/** The answer to requests whose node is gone. */
export const LOST_REQUEST = new JsonRpcError(
  ErrorCode.ConnectionClosed,
  'The server that worked on the request is gone, and its answer is lost. Send the request again if it may be repeated.',
  { retryable: true },
);
