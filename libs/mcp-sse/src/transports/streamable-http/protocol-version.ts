import type { IncomingHttpHeaders } from 'node:http';
import { BadRequestException } from '@nestjs/common';
import { isServedVersion } from '../../protocol/protocol-versions.js';

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
   * @throws {BadRequestException} when the header names one that is not served
   */
  static of(headers: IncomingHttpHeaders, negotiated: string | undefined): RequestVersion {
    const named = headers['mcp-protocol-version'];
    if (named !== undefined && (typeof named !== 'string' || !isServedVersion(named)))
      throw new BadRequestException(`MCP-Protocol-Version names "${String(named)}", which is not served.`);
    return new RequestVersion(negotiated ?? named ?? UNSAID);
  }

  get hasBatches(): boolean {
    return this.version === '2025-03-26';
  }

  get hasPriming(): boolean {
    return this.version >= PRIMING;
  }
}
