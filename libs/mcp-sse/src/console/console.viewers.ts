import type { ServerResponse } from 'node:http';
import { type BeforeApplicationShutdown, Inject, Injectable, NotFoundException } from '@nestjs/common';
import { isProtected } from '../model/protection.js';
import { ERROR_REPORTER, type ErrorReporter } from '../model/error-reporter.js';
import type { McpPrincipal } from '../model/principal.js';
import type { McpSessionView, SessionCloseReason } from '../model/session-view.js';
import { ObservedServer } from '../observability/observed-server.js';
import { CONSOLE_OPTIONS, CONSOLE_SERVER, type ResolvedConsoleOptions } from './mcp-console.options.js';
import { MessageWatches, type Watched } from './message-watches.js';
import { Redaction } from './redaction.js';
import { SessionAccess, type SessionScope } from './session-access.js';
import { SessionFeed } from './session-feed.js';
import { SessionIndex } from './session-index.js';
import { ViewerStream } from './viewer-stream.js';
import { ViewerStreams } from './viewer-streams.js';

/** After this time a viewer's request passes the guards again, since its rights may have ended elsewhere. */
const CHECK_MS = 60_000;
const NO_SESSIONS = '{"total":0,"sessions":[]}';

/** The people who watch sessions and messages right now. Messages are observed only while someone watches. */
@Injectable()
export class ConsoleViewers implements BeforeApplicationShutdown {
  readonly access: SessionAccess;
  private readonly streams = new ViewerStreams();
  private readonly watches: MessageWatches;
  private readonly feeds = new Map<SessionScope, SessionFeed>();
  private readonly checkMs?: number;
  private known?: SessionIndex;
  private stopListening?: () => void;

  constructor(
    @Inject(CONSOLE_OPTIONS) { roles, redact }: ResolvedConsoleOptions,
    @Inject(CONSOLE_SERVER) private readonly server: ObservedServer,
    @Inject(ERROR_REPORTER) errors: ErrorReporter,
  ) {
    const asks = isProtected(server.options);
    this.access = new SessionAccess(roles, asks);
    this.watches = new MessageWatches(new Redaction(redact), errors);
    if (asks) this.checkMs = CHECK_MS;
  }

  /**
   * Streams the sessions that a viewer may see.
   *
   * @throws {HttpException} 429 or 503 if there are too many streams
   */
  list(viewer: McpPrincipal, respond: () => ServerResponse): void {
    const scope = this.access.scopeOf(viewer);
    if (scope === undefined) {
      this.open(viewer, respond).send('sessions', NO_SESSIONS);
      return;
    }
    const stream = this.open(viewer, respond, () => {
      feed.delete(stream);
      if (feed.isEmpty && this.feeds.get(scope) === feed) this.feeds.delete(scope);
    });
    let feed = this.feeds.get(scope)!;
    if (!feed) this.feeds.set(scope, (feed = new SessionFeed(this.index, scope)));
    feed.add(stream);
  }

  /**
   * Streams the messages of a session until it ends.
   *
   * @param id the digest of the session's id
   * @throws {NotFoundException} for a session that does not exist or that the viewer may not see
   * @throws {HttpException} 429 or 503 if there are too many streams
   */
  watch(viewer: McpPrincipal, id: string, respond: () => ServerResponse): void {
    const session = this.index.find(id);
    if (!session || !this.access.sees(viewer, session))
      throw new NotFoundException('There is no such session, or it has ended. Choose one from the list.');
    this.show(session, viewer, respond);
  }

  /**
   * Streams the messages of the requests without a session that a viewer may see.
   *
   * @throws {HttpException} 429 or 503 if there are too many streams
   */
  watchRequests(viewer: McpPrincipal, respond: () => ServerResponse): void {
    const scope = this.access.scopeOf(viewer);
    if (scope === undefined)
      throw new NotFoundException('You may see no requests. Sign in to see those of your principal.');
    this.show(scope, viewer, respond);
  }

  beforeApplicationShutdown(): void {
    for (const stream of [...this.streams.all()]) stream.end('shutdown');
  }

  private show(watched: Watched, viewer: McpPrincipal, respond: () => ServerResponse): void {
    const stream = this.open(viewer, respond, () => {
      this.watches.delete(watched, stream);
      if (!this.watches.isEmpty) return;
      this.stopListening?.();
      this.stopListening = undefined;
    });
    this.watches.add(watched, stream);
    this.stopListening ??= this.server.traffic.addForMessages(this.watches);
    stream.send('watching', JSON.stringify({ time: Date.now() }));
  }

  /** Built for the first viewer and kept up to date from then on: collecting all sessions per viewer would be slow. */
  private get index(): SessionIndex {
    return (this.known ??= this.follow());
  }

  private follow(): SessionIndex {
    const { sessions } = this.server;
    const index = new SessionIndex();
    for (const session of sessions.sessions) index.add(session);
    sessions.events$.subscribe((event) => {
      if (event.type === 'opened' || event.type === 'adopted') index.add(event.session);
      else if (event.type === 'closed') this.closed(index, event.session, event.reason);
    });
    sessions.closings$.subscribe((selects) => {
      for (const stream of this.streams.all()) if (selects(stream.viewer)) stream.end('revoked');
    });
    return index;
  }

  private closed(index: SessionIndex, session: McpSessionView, reason: SessionCloseReason): void {
    index.delete(session);
    this.watches.closed(session, reason);
    // closeSessions() with a function cannot be matched against a viewer. If it ends a session of the viewer's principal,
    // the viewer's access ends too.
    if (reason === 'revoked') for (const stream of this.streams.of(session.principal)) stream.end('revoked');
  }

  private open(viewer: McpPrincipal, respond: () => ServerResponse, onEnd?: () => void): ViewerStream {
    const isPrivileged = this.access.seesOthers(viewer);
    // Whatever the stream shows, it ends when the application revokes the viewer's access.
    this.known ??= this.follow();
    this.streams.assertPlace(viewer, isPrivileged);
    const stream = new ViewerStream(respond(), viewer, {
      heartbeatMs: this.server.options.sse.heartbeatMs,
      checkMs: this.checkMs,
      onEnd: () => {
        this.streams.delete(stream);
        onEnd?.();
      },
    });
    this.streams.add(stream, isPrivileged);
    return stream;
  }
}
