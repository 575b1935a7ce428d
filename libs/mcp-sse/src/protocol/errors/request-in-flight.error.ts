import { ErrorCode, type RequestId } from '@modelcontextprotocol/sdk/types.js';
import { JsonRpcError } from '../../model/errors/json-rpc.error.js';

/** Another request with the id has no answer yet. An error that carried the id would answer that one. */
export class RequestInFlightError extends JsonRpcError {
  constructor(readonly requestId: RequestId) {
    super(
      ErrorCode.InvalidRequest,
      `Invalid Request: a request with the id ${JSON.stringify(requestId)} is in flight`,
    );
  }
}
