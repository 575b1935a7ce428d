import type { IncomingHttpHeaders } from 'node:http';
import { BadRequestException } from '@nestjs/common';
import { revisionOf, UNDECLARED_REVISION, type Revision } from '../../protocol/revisions.js';

/**
 * The revision of the protocol that a request is in.
 *
 * @param negotiated by the request's session
 * @throws {BadRequestException} when the header names one that is not served
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#protocol-version-header
 */
export function requestRevision(headers: IncomingHttpHeaders, negotiated: string | undefined): Revision {
  const named = headers['mcp-protocol-version'];
  const declared = typeof named === 'string' ? revisionOf(named) : undefined;
  if (named !== undefined && !declared)
    throw new BadRequestException(`MCP-Protocol-Version names "${String(named)}", which is not served.`);
  return revisionOf(negotiated) ?? declared ?? UNDECLARED_REVISION;
}
