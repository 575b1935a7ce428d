import { BadRequestException, HttpStatus } from '@nestjs/common';
import type { RemoteSession } from '../../cluster/remote-session.js';
import { answerStatus } from '../../http/answer.js';
import { rawRequest, type HttpRequest } from '../../http/raw-request.js';
import type { JsonRpcMessage } from '../../protocol/json-rpc.js';
import { MODERN_VERSIONS } from '../../protocol/revisions.js';
import type { Post } from '../messages/post.js';
import { relayedOrigin } from '../relay/relayed-origin.js';
import { THE_STREAM } from './sse.outlet.js';

/** A POST of HTTP+SSE: 202 once its message is taken, and the answer on the session's stream. */
export class SsePost implements Post {
  readonly transport = 'sse';
  readonly stream = THE_STREAM;
  readonly sessionId: unknown;

  constructor(
    readonly request: HttpRequest,
    private readonly response: unknown,
    readonly missingId: string,
  ) {
    this.sessionId = request.query['sessionId'];
  }

  /** @throws {BadRequestException} when a header names a revision without sessions */
  allowsBatch(): boolean {
    const version = rawRequest(this.request).headers['mcp-protocol-version'];
    // Gateways trust the other headers of such a request, and here nobody compares them with the body. Node joins the
    // lines of a header that is sent twice.
    if (version !== undefined && MODERN_VERSIONS.some((modern) => version.includes(modern)))
      throw new BadRequestException(
        `MCP-Protocol-Version names "${String(version)}", which has no sessions. Post to the URL of Streamable HTTP.`,
      );
    return false;
  }

  taken(): void {
    answerStatus(this.response, HttpStatus.ACCEPTED);
  }

  async relay(
    session: RemoteSession,
    messages: readonly JsonRpcMessage[],
    bytes: number,
    resent: boolean,
    begun?: boolean,
  ): Promise<void> {
    await session.post(messages, relayedOrigin(this.request, bytes), { resent, begun });
    this.taken();
  }
}
