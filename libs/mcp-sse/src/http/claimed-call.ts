import { clip } from '../model/clip.js';
import { mirroredText } from '../model/mirrored-header.js';
import { rawRequest } from './raw-request.js';

/** The call that a request's headers claim. For logs and traces only: nothing has compared them with the body. */
export interface ClaimedCall {
  /** JSON-RPC method. */
  readonly method?: string;
  /** Name of a tool or prompt, or URI of a resource. */
  readonly name?: string;
}

const MAX_LENGTH = 256;

/** @see https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http#standard-request-headers */
export function claimedCall(request: unknown): ClaimedCall {
  const { headers } = rawRequest(request);
  return { method: textOf(headers['mcp-method']), name: textOf(headers['mcp-name']) };
}

function textOf(header: string | string[] | undefined): string | undefined {
  if (typeof header !== 'string') return undefined;
  return clip(mirroredText(header) ?? header, MAX_LENGTH);
}
