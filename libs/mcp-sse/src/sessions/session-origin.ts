import type { IncomingHttpHeaders } from 'node:http';
import type { McpPrincipal } from '../model/principal.js';
import type { McpTransportName } from '../model/session-view.js';

/** What opens a session. */
export interface SessionOrigin {
  readonly transport: McpTransportName;
  readonly principal: McpPrincipal;
  /** Headers of the request that opened it. */
  readonly headers: IncomingHttpHeaders;
  /** Parameters of the route that it was opened on. */
  readonly params: Readonly<Record<string, string>>;
  /** Query of the request that opened it; none unless given. */
  readonly query?: Readonly<Record<string, unknown>>;
  /** Lifetime after its client detached or posted something, in milliseconds. */
  readonly graceMs: number;
  /** Milliseconds since the epoch; now unless given. */
  readonly createdAt?: number;
  /** Whether no other node is to know of it, such as one that ends with its first answers. */
  readonly isLocal?: boolean;
}
