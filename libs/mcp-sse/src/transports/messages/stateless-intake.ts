import { HttpStatus, Inject, Injectable } from '@nestjs/common';
import { ErrorCode } from '@modelcontextprotocol/sdk/types.js';
import { requestPrincipal } from '../../auth/request-principal.js';
import { answerStatus } from '../../http/answer.js';
import { closeWithConnection } from '../../http/pipelined-close.js';
import { rawRequest, type HttpRequest } from '../../http/raw-request.js';
import { hijackResponse, rawResponse } from '../../http/raw-response.js';
import { andThen } from '../../model/and-then.js';
import { JsonRpcError } from '../../model/errors/json-rpc.error.js';
import { MCP_OPTIONS, type ResolvedOptions } from '../../model/resolved-options.js';
import { parseMessage } from '../../protocol/json-rpc.js';
import { assertMirroredHeaders } from '../../protocol/mirrored-headers.js';
import { assertDepth } from '../../protocol/message-depth.js';
import { claimedVersion, requestClient, requiredVersion } from '../../protocol/request-meta.js';
import { MODERN_VERSIONS } from '../../protocol/revisions.js';
import { StatelessExchange } from '../streamable-http/stateless-exchange.js';
import { StatelessRequests } from '../../stateless/stateless-requests.js';
import type { MessageBody } from './message-body.js';

/** Takes the POSTs of the modern era, which have no session. */
@Injectable()
export class StatelessIntake {
  constructor(
    private readonly requests: StatelessRequests,
    @Inject(MCP_OPTIONS) private readonly options: ResolvedOptions,
  ) {}

  /**
   * Whether a message is of the modern era. Its body decides; without a claim there, a header that names a modern version
   * does, unless the message belongs to a session or opens one.
   *
   * @param json as parsed, of any shape
   */
  isModern(json: unknown, request: HttpRequest): boolean {
    const { modern, legacy } = this.options.protocol;
    if (!modern) return false;
    if (!legacy || claimedVersion(json) !== undefined) return true;
    const { headers } = rawRequest(request);
    const version = headers['mcp-protocol-version'];
    return (
      typeof version === 'string' &&
      MODERN_VERSIONS.includes(version) &&
      headers['mcp-session-id'] === undefined &&
      !isInitialize(json)
    );
  }

  /**
   * Takes a POST. Returns a promise only if a policy or the `contextFactory` does.
   *
   * @throws {JsonRpcError} -32600, -32602, -32020, -32022
   * @throws as `StatelessRequests.admit` does
   */
  receive(request: HttpRequest, response: unknown, { json, bytes }: MessageBody): void | Promise<void> {
    assertDepth(json, this.options.limits.maxMessageDepth);
    const message = parseMessage(json);
    if (message.kind === 'notification') return answerStatus(response, HttpStatus.ACCEPTED);
    if (message.kind === 'response')
      throw new JsonRpcError(
        ErrorCode.InvalidRequest,
        'Invalid Request: the server sends no requests, so it takes no responses; send "inputResponses" with the request',
      );
    const head = rawRequest(request);
    assertMirroredHeaders(head, requiredVersion(message), message);
    const client = requestClient(message);
    const { headers } = head;
    const raw = rawResponse(response);
    closeWithConnection(raw);
    return andThen(this.options.contextFactory?.(request), (extras) => {
      const origin = {
        principal: requestPrincipal(request),
        request,
        headers,
        streamHeaders: headers,
        params: request.params,
        bytes,
        extras,
      };
      const admitted = this.requests.admit(
        message,
        client,
        origin,
        (memory) => new StatelessExchange(raw, memory, this.options.sse.maxQueuedBytes),
      );
      return andThen(admitted, (admission) => {
        hijackResponse(response);
        // A disconnect is the client's cancellation.
        raw.once('close', () => admission.cancel('The client disconnected.'));
        if (raw.destroyed) admission.cancel('The client disconnected.');
        admission.start(bytes);
      });
    });
  }
}

function isInitialize(json: unknown): boolean {
  return typeof json === 'object' && json !== null && 'method' in json && json.method === 'initialize';
}
