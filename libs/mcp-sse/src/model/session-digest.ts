import { createHash } from 'node:crypto';
import type { McpSessionView } from './session-view.js';

const DIGITS = 16;
const digests = new WeakMap<McpSessionView, string>();

/** What a session is called where its id must not be seen. */
export function sessionDigest(session: McpSessionView): string {
  let digest = digests.get(session);
  if (digest === undefined) {
    digest = createHash('sha256').update(session.id).digest('hex').slice(0, DIGITS);
    digests.set(session, digest);
  }
  return digest;
}
