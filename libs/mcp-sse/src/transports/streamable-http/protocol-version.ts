import type { IncomingHttpHeaders } from 'node:http';
import { BadRequestException } from '@nestjs/common';
import { revisionOf, UNDECLARED_REVISION, type Revision } from '../../protocol/revisions.js';

/**
 * The revision of the protocol that a request is in.
 *
 * @param negotiated by the request's session
 * @param body of a POST, as parsed
 * @throws {BadRequestException} when the header names a revision that sessions do not speak. An `initialize` is not
 *   refused: it negotiates by its parameters
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#protocol-version-header
 */
export function requestRevision(
  headers: IncomingHttpHeaders,
  negotiated: string | undefined,
  body?: unknown,
): Revision {
  const named = headers['mcp-protocol-version'];
  const declared = typeof named === 'string' ? legacyRevision(named) : undefined;
  if (named !== undefined && !declared && !isInitialize(body))
    throw new BadRequestException(
      `MCP-Protocol-Version names "${String(named)}", which is not served. Send the one that the answer to "initialize" had.`,
    );
  return revisionOf(negotiated) ?? declared ?? UNDECLARED_REVISION;
}

/** Gateways trust the other headers of a request that names a modern revision, and here nobody compares them. */
function legacyRevision(version: string): Revision | undefined {
  const revision = revisionOf(version);
  return revision?.era === 'legacy' ? revision : undefined;
}

function isInitialize(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'method' in body && body.method === 'initialize';
}
