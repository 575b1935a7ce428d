import type { JsonRpcError } from '../model/errors/json-rpc.error.js';
import type { PreparedRequest } from '../model/invoker.js';
import type { CallContext } from './call-context.js';
import type { JsonRpcMessage } from './json-rpc.js';

/** A message whose client may send it, as far as a request is concerned. */
export interface AdmittedMessage {
  readonly message: JsonRpcMessage;
  /** Of what carried it. */
  readonly bytes: number;
  /** Of a request: what to do. */
  readonly request?: {
    readonly context: CallContext;
    readonly run: PreparedRequest;
    /** What it will be answered with, where its client could have it with more scopes. */
    readonly refusal?: JsonRpcError;
  };
}
