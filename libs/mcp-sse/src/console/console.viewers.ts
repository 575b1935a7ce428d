import type { ServerResponse } from 'node:http';
import {
  Inject,
  Injectable,
  NotFoundException,
  ServiceUnavailableException,
  type BeforeApplicationShutdown,
} from '@nestjs/common';
import { isProtected } from '../auth/is-protected.js';
import { ERROR_REPORTER, type ErrorReporter } from '../model/error-reporter.js';
import type { McpPrincipal } from '../model/principal.js';
import type { McpSessionView } from '../model/session-view.js';
import { sessionDigest } from '../model/session-digest.js';
import { ObservedServer } from '../observability/observed-server.js';
import { CONSOLE_SERVER } from './console-server.js';
import { Redaction } from './redaction.js';
import { CONSOLE_OPTIONS, type ResolvedConsoleOptions } from './resolved-console-options.js';
import { SessionAccess } from './session-access.js';
import { SessionFeed } from './session-feed.js';
import { SessionWatch } from './session-watch.js';
import { ViewerStream } from './viewer-stream.js';

/** Streams of all viewers together. */
const MAX_STREAMS = 100;

/** Who looks at sessions and their messages right now. Nothing is listened to while nobody does. */
@Injectable()
export class ConsoleViewers implements BeforeApplicationShutdown {
  readonly access: SessionAccess;
  private readonly redaction: Redaction;
  private readonly streams = new Set<ViewerStream>();

  constructor(
    @Inject(CONSOLE_OPTIONS) { roles, redact }: ResolvedConsoleOptions,
    @Inject(CONSOLE_SERVER) private readonly server: ObservedServer,
    @Inject(ERROR_REPORTER) private readonly errors: ErrorReporter,
  ) {
    this.access = new SessionAccess(roles, isProtected(server.options));
    this.redaction = new Redaction(redact);
  }

  /**
   * Streams the sessions that a viewer may see.
   *
   * @throws {ServiceUnavailableException}
   */
  list(viewer: McpPrincipal, respond: () => ServerResponse): void {
    const stream = this.open(viewer, respond, () => feed.stop());
    const feed = new SessionFeed(() => this.visibleTo(viewer), stream);
  }

  /**
   * Streams the messages of a session, until it ends.
   *
   * @param id digest of the session's id
   * @throws {NotFoundException} for a session that the viewer may not see, as for none
   * @throws {ServiceUnavailableException}
   */
  watch(viewer: McpPrincipal, id: string, respond: () => ServerResponse): void {
    const session = this.visibleTo(viewer).find((session) => sessionDigest(session) === id);
    if (!session) throw new NotFoundException('There is no such session (any more). Choose one of the list.');
    const { traffic, sessions } = this.server;
    const stream = this.open(viewer, respond, () => {
      stopListening();
      endings.unsubscribe();
    });
    const stopListening = traffic.addForMessages(
      new SessionWatch(session, this.redaction, stream, this.errors),
    );
    const endings = sessions.events$.subscribe((event) => {
      if (event.type !== 'closed' || event.session !== session) return;
      stream.send('closed', { reason: event.reason });
      stream.end();
    });
    stream.send('watching', { time: Date.now() });
  }

  beforeApplicationShutdown(): void {
    for (const stream of this.streams) stream.end();
  }

  private visibleTo(viewer: McpPrincipal): McpSessionView[] {
    return this.server.sessions.sessions.filter((session) => this.access.sees(viewer, session));
  }

  private open({ expiresAt }: McpPrincipal, respond: () => ServerResponse, onEnd: () => void): ViewerStream {
    if (this.streams.size >= MAX_STREAMS)
      throw new ServiceUnavailableException(
        'Too many people look at the console right now; try again later.',
      );
    const { heartbeatMs } = this.server.options.sse;
    const stream = new ViewerStream(respond(), { heartbeatMs, expiresAt }, () => {
      this.streams.delete(stream);
      onEnd();
    });
    this.streams.add(stream);
    return stream;
  }
}
