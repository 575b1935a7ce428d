import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import { JsonRpcError } from '../../model/errors/json-rpc.error.js';

/** What a request is answered with whose node is dead. */
export const LOST_REQUEST = new JsonRpcError(
  ErrorCode.ConnectionClosed,
  'The server that worked on the request is gone, and its answer is lost. Send the request again if it may be repeated.',
  { retryable: true },
);
