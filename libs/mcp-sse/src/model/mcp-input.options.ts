/**
 * How a call goes on that waits for answers of its client, where clients send each request without a session (revision
 * 2026-07-28). The server keeps nothing meanwhile: the client holds the state of the call, encrypted, and sends it back
 * with the answers.
 */
export interface McpInputOptions {
  /**
   * Secrets of at least 32 characters each that protect the state. The first encrypts, all decrypt. To replace a key, add
   * the new one at the end, then move it to the front, then remove the old one. By default the nodes of a `cluster`
   * share a key through it, and without one each process has its own: a call can then go on only in the process that it
   * began in.
   */
  keys?: string[];
  /** Milliseconds that a client has to come back with its answers, 600000 (10 minutes) by default. */
  ttlMs?: number;
  /** Characters of the encrypted state, 32768 by default. A call whose state would be longer fails. */
  maxStateBytes?: number;
  /** How often a call may ask, 64 by default. */
  maxRounds?: number;
  /**
   * Accepts each state once, so that answers count once; `false` by default. The nodes of a `cluster` remember that
   * together. While its store is unreachable, such calls get 503. Without a cluster each process remembers it for itself.
   */
  singleUse?: boolean;
}
