import type { IncomingHttpHeaders } from 'node:http';
import type { McpPrincipal } from '../../model/principal.js';
import type { McpSession } from '../../sessions/mcp-session.js';
import type { LocalServer } from './local-server.js';
import { StdioIntake } from './stdio-intake.js';
import { StdioRequests } from './stdio-requests.js';
import { type LineSink, StdioOutlet } from './stdio.outlet.js';

/** Stands in for the HTTP request of a client that has none. */
export interface LocalRequest {
  readonly headers: IncomingHttpHeaders;
  readonly query: Readonly<Record<string, unknown>>;
  /** Parameters of the route. */
  readonly params: Readonly<Record<string, string>>;
  /** The user that guards find. */
  readonly user?: object;
}

/** A client that reaches its server without HTTP, in a session or without one. */
export class LocalClient {
  private readonly session: McpSession;
  private readonly requests: StdioRequests;
  private readonly intake: StdioIntake;

  /**
   * @param output takes messages for the client, one per line
   * @param onEnd called when the server ends the session
   */
  constructor(
    private readonly server: LocalServer,
    principal: McpPrincipal,
    request: LocalRequest,
    output: LineSink,
    onEnd: () => void,
  ) {
    const { options, sessions, requests } = server;
    const { headers, params, query } = request;
    const outlet = new StdioOutlet(output, options.sse.maxQueuedBytes, onEnd);
    this.session = sessions.open(
      { transport: 'stdio', principal, headers, params, query, graceMs: Infinity, isLocal: true },
      () => outlet,
    );
    this.session.markUsed();
    this.requests = new StdioRequests(requests, outlet);
    this.intake = new StdioIntake(this.session, this.requests, server, request, output);
  }

  /** Takes the next line once the one before is taken. @param line undefined if it was too large */
  receive(line: string | undefined): Promise<void> {
    return this.intake.receive(line);
  }

  /** The client sends nothing more. Resolves once every request is answered, and the session has ended. */
  async finish(): Promise<void> {
    this.requests.endListening();
    await Promise.all([this.session.whenIdle(), this.requests.whenIdle()]);
    this.server.sessions.close(this.session.id, 'client-disconnected');
  }

  /** The client is gone. What is in flight is aborted. */
  disconnect(): void {
    this.requests.cancelAll('The client disconnected.');
    this.server.sessions.close(this.session.id, 'client-closed');
  }
}
