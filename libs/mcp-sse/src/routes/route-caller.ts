import type { OutgoingHttpHeaders } from 'node:http';
import type { TLSSocket } from 'node:tls';
import { NotFoundException } from '@nestjs/common';
import { rawRequest } from '../http/raw-request.js';
import type { McpCall } from '../model/call.js';
import type { McpContext } from '../model/mcp-context.js';
import { carryRouteCall, type RouteCall } from '../model/route-call.js';
import type { ForwardedHeaders } from './forwarded-headers.js';
import type { InProcessClient } from './in-process.js';
import type { PathTemplate } from './path-template.js';
import { queryText, type QueryStyle } from './query-text.js';
import { answerOf } from './route-answer.js';
import type { RouteInput } from './route-input.js';

/** A route that calls go to. */
export interface CalledRoute {
  readonly verb: string;
  readonly path: PathTemplate;
  readonly host?: PathTemplate;
  /** The headers that name its version. */
  readonly headers: Readonly<Record<string, string>>;
  readonly controller: unknown;
  readonly method: unknown;
}

/** What all routes of an application share. */
export interface RouteClient {
  readonly requests: InProcessClient;
  readonly forwarded: ForwardedHeaders;
  readonly queryStyle: QueryStyle;
}

const USER_AGENT = 'nestjs-mcp-sse';

/** Answers the calls of a tool by a route of the application. */
export class RouteCaller {
  constructor(
    private readonly route: CalledRoute,
    private readonly input: RouteInput,
    private readonly client: RouteClient,
  ) {}

  /**
   * @returns the body of the answer
   * @throws {McpInvalidArgumentsException}
   * @throws {HttpException} for an answer that is no success
   */
  async call(call: McpCall): Promise<unknown> {
    const { requests, forwarded, queryStyle } = this.client;
    const { verb, path, host, headers, controller, method } = this.route;
    const { context } = call;
    const values = this.input.valuesOf(call.arguments);
    const url = path.fill((name) => values.path[name]!) + queryText(values.query, queryStyle);
    const sent: OutgoingHttpHeaders = {
      'user-agent': USER_AGENT,
      accept: 'application/json',
      ...forwarded.of(context.headers),
      ...headers,
      ...(host && { host: host.fill((name) => values.host[name]!) }),
    };
    const body = values.body === undefined ? undefined : JSON.stringify(values.body);
    if (body !== undefined) sent['content-type'] = 'application/json';
    const { remoteAddress, isEncrypted } = connectionOf(context);
    const routed: RouteCall = { call, controller, method, isReached: false };
    const response = await requests.send(
      { method: verb, url, headers: sent, body, remoteAddress, isEncrypted },
      context.signal,
      (request) => carryRouteCall(request, routed),
    );
    // Something else answered: what its answer says is not for models to read.
    if (!routed.isReached && response.status < 400) {
      response.body.destroy();
      throw new NotFoundException('The arguments lead to something else than this tool.');
    }
    return answerOf(response);
  }
}

interface Connection {
  readonly remoteAddress?: string;
  readonly isEncrypted: boolean;
}

const LOCAL = { remoteAddress: '127.0.0.1', isEncrypted: false };

/** The connection of the client. Over stdio that is the one who started this process; a task has none any more. */
function connectionOf({ request, transport }: McpContext): Connection {
  if (transport === 'stdio') return LOCAL;
  const socket = rawRequest(request).socket as Partial<TLSSocket> | undefined;
  return { remoteAddress: socket?.remoteAddress, isEncrypted: socket?.encrypted === true };
}
