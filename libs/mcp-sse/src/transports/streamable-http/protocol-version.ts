import type { IncomingHttpHeaders } from 'node:http';
import { BadRequestException } from '@nestjs/common';
import { hasBatches, isServedVersion } from '../../protocol/protocol-versions.js';

/** What a client speaks that does not say so. */
const UNSAID = '2025-03-26';
/** The revision from which streams begin with an event that is there for its id. */
const PRIMING = '2025-11-25';

/**
 * The revision of the protocol that a request is in.
 *
 * @see https://modelcontextprotocol.io/specification/2025-11-25/basic/transports#protocol-version-header
 */
export class RequestVersion {
  private constructor(private readonly version: string) {}

  /**
   * @param negotiated by the request's session
   * @param body of a POST, as parsed
   * @throws {BadRequestException} when the header names one that is not served, but for an `initialize`: that
   *   negotiates by its parameters
   */
  static of(headers: IncomingHttpHeaders, negotiated: string | undefined, body?: unknown): RequestVersion {
    const named = headers['mcp-protocol-version'] as string | undefined;
    if (named === undefined || isServedVersion(named))
      return new RequestVersion(negotiated ?? named ?? UNSAID);
    if (isInitialize(body)) return new RequestVersion(negotiated ?? UNSAID);
    throw new BadRequestException(
      `MCP-Protocol-Version names "${named}", which is not served. Send the one that the answer to "initialize" had.`,
    );
  }

  get hasBatches(): boolean {
    return hasBatches(this.version);
  }

  get hasPriming(): boolean {
    return this.version >= PRIMING;
  }
}

function isInitialize(body: unknown): boolean {
  return typeof body === 'object' && body !== null && 'method' in body && body.method === 'initialize';
}
