import { ErrorCode, type RequestId } from '@modelcontextprotocol/sdk/types.js';
import { JsonRpcError } from '../../model/errors/json-rpc.error.js';

/** A message is nested too deep for code that recurses. */
export class MessageTooDeepError extends JsonRpcError {
  /** @param id of the request; null where the message is no request or its id cannot be read */
  constructor(
    maxDepth: number,
    readonly id: RequestId | null,
  ) {
    super(
      ErrorCode.InvalidRequest,
      `Invalid Request: the message is nested deeper than ${maxDepth} levels ("limits.maxMessageDepth")`,
    );
  }
}
