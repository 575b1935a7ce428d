import type { Execution } from './execution.js';
import type { JsonRpcMessage } from './json-rpc.js';

/** A message that its client may send. Whether a request may be made its execution knows. */
export interface AdmittedMessage {
  readonly message: JsonRpcMessage;
  /** Size of what carried it. */
  readonly bytes: number;
  /** Answers it, if it is a request. */
  readonly execution?: Execution;
}
