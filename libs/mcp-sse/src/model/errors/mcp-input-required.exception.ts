import { brand } from '../copies.js';

/**
 * Ends a run of a handler that asked its client something, in revision 2026-07-28 of the protocol. The client gets the
 * questions, and the handler runs again once it has answered. Let it pass, so that `finally` blocks and transactions
 * unwind. A handler, interceptor or filter that catches it does not change the answer.
 */
export class McpInputRequiredException extends Error {
  static {
    brand(this, 'McpInputRequiredException');
  }

  override readonly name = 'McpInputRequiredException';

  /** Has no stack trace: it ends each run that asks, and making one takes longer than asking. */
  constructor() {
    const { stackTraceLimit } = Error;
    // Returns false where the limit is frozen.
    Reflect.set(Error, 'stackTraceLimit', 0);
    super('The run ended because the client has to answer first. The handler runs again with the answers.');
    Reflect.set(Error, 'stackTraceLimit', stackTraceLimit);
  }
}
