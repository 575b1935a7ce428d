import type { IncomingHttpHeaders } from 'node:http';
import type { McpPrincipal } from '../model/principal.js';

/** Where a message came from, and for whom. */
export interface MessageOrigin {
  readonly principal: McpPrincipal;
  readonly request: unknown;
  readonly headers: IncomingHttpHeaders;
  readonly streamHeaders: IncomingHttpHeaders;
  readonly params: Readonly<Record<string, string>>;
  /** Size of what carried it: the body of a POST, or a line. */
  readonly bytes: number;
  /** What the `contextFactory` option made for it. */
  readonly extras?: object;
}
