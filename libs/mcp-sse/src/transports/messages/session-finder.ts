import { BadRequestException, Inject, Injectable, Optional } from '@nestjs/common';
import { requestPrincipal } from '../../auth/request-principal.js';
import { RemoteSession } from '../../cluster/remote-session.js';
import { SessionCluster } from '../../cluster/session-cluster.js';
import type { HttpRequest } from '../../http/raw-request.js';
import { andThen } from '../../model/and-then.js';
import type { SessionRecord } from '../../model/cluster/session-record.js';
import { isSamePrincipal } from '../../model/principal.js';
import { MCP_OPTIONS, type ResolvedOptions } from '../../model/resolved-options.js';
import type { McpTransportName } from '../../model/session-view.js';
import type { McpSession } from '../../sessions/mcp-session.js';
import { McpSessionService } from '../../sessions/mcp-session.service.js';
import { SessionClosedError } from '../../sessions/session.errors.js';
import { KeptQuery } from '../routes/kept-query.js';

/** Ids of another form are not looked up. */
const SESSION_ID = /^[\w-]{22}$/;

/** Finds the session that a request names, if it is the principal's, and of the same transport, route and kept query. */
@Injectable()
export class SessionFinder {
  readonly keptQuery: KeptQuery;

  constructor(
    private readonly sessions: McpSessionService,
    @Inject(MCP_OPTIONS) options: ResolvedOptions,
    @Optional() @Inject(SessionCluster) private readonly cluster?: SessionCluster,
  ) {
    this.keptQuery = new KeptQuery(options);
  }

  /**
   * A session of any node. Returns a promise only if the cluster is asked.
   *
   * @param id as the client sent it
   * @param missing the error for a client that sent none
   * @param asks whether to ask the cluster who owns the session: another node may have the stream that a client lost
   * @throws {BadRequestException} without an id
   * @throws {SessionClosedError} for a session that is unknown, ended, someone else's or another transport's
   * @throws {ClusterUnavailableError}
   */
  find(
    request: HttpRequest,
    transport: McpTransportName,
    id: unknown,
    missing: string,
    asks = false,
  ): McpSession | RemoteSession | Promise<McpSession | RemoteSession> {
    if (id === undefined || id === '') throw new BadRequestException(missing);
    // A query may also be parsed to a list or an object.
    if (typeof id !== 'string') throw new SessionClosedError();
    const own = this.own(request, transport, id);
    const isSure = own && (!own.journal || (own.journal.isSure && !asks));
    if (isSure) return own;
    return own ? this.confirmed(own, request, transport, id) : this.remote(request, transport, id);
  }

  /** A session of this node. */
  own(request: HttpRequest, transport: McpTransportName, id: string): McpSession | undefined {
    const session = this.sessions.find(id, requestPrincipal(request));
    return session && this.isMeant(session, transport, request) ? session : undefined;
  }

  /**
   * A session of another node. Returns a promise unless this node remembers it.
   *
   * @throws {SessionClosedError}
   * @throws {ClusterUnavailableError}
   */
  remote(
    request: HttpRequest,
    transport: McpTransportName,
    id: string,
  ): RemoteSession | Promise<RemoteSession> {
    const finding = SESSION_ID.test(id) ? this.cluster?.find(id) : undefined;
    return andThen(finding, (record) => {
      const isOwn = record && isSamePrincipal(record.principal, requestPrincipal(request));
      const isForeign = record ? !isOwn : this.isForeign(id, request);
      if (!isOwn || !this.isMeant(record, transport, request)) throw new SessionClosedError(isForeign);
      return new RemoteSession(record, this.cluster!);
    });
  }

  private async confirmed(
    own: McpSession,
    request: HttpRequest,
    transport: McpTransportName,
    id: string,
  ): Promise<McpSession | RemoteSession> {
    return (await own.journal!.isOwned()) ? own : this.remote(request, transport, id);
  }

  private isForeign(id: string, request: HttpRequest): boolean {
    const session = this.sessions.get(id);
    return session !== undefined && !isSamePrincipal(session.principal, requestPrincipal(request));
  }

  private isMeant(
    session: Pick<McpSession | SessionRecord, 'transport' | 'params' | 'streamQuery'>,
    transport: McpTransportName,
    request: HttpRequest,
  ): boolean {
    return (
      session.transport === transport &&
      isSameRoute(session.params, request.params) &&
      (transport !== 'sse' || this.keptQuery.isSame(session.streamQuery ?? {}, request))
    );
  }
}

/** Each parameter of the request must be the session's, or a tenant's session could be reached by another's path. */
function isSameRoute(session: McpSession['params'], request: HttpRequest['params']): boolean {
  for (const name in request) if (session[name] !== request[name]) return false;
  return true;
}
