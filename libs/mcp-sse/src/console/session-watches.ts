import type { ErrorReporter } from '../model/error-reporter.js';
import type { McpSessionView } from '../model/session-view.js';
import type { MessageObserver } from '../model/traffic-observer.js';
import { envelopeOf, envelopeOfJson, type MessageEnvelope } from './message-envelope.js';
import type { Redaction } from './redaction.js';
import { TooLargeToShowError } from './too-large-to-show.error.js';
import type { ViewerStream } from './viewer-stream.js';

/** Of a message that is larger, nothing but its beginning is looked at. */
const MAX_BYTES = 1024 * 1024;
/** Nor is more than this shown of one, in characters of JSON. */
const MAX_SHOWN = 256 * 1024;

/** Tells viewers of the messages of the session that each watches. A message is made ready once for all of them. */
export class SessionWatches implements MessageObserver {
  private readonly watched = new Map<McpSessionView, Set<ViewerStream>>();

  constructor(
    private readonly redaction: Redaction,
    private readonly errors: ErrorReporter,
  ) {}

  get isEmpty(): boolean {
    return this.watched.size === 0;
  }

  add(session: McpSessionView, stream: ViewerStream): void {
    const streams = this.watched.get(session);
    if (streams) streams.add(stream);
    else this.watched.set(session, new Set([stream]));
  }

  delete(session: McpSessionView, stream: ViewerStream): void {
    const streams = this.watched.get(session);
    streams?.delete(stream);
    if (streams?.size === 0) this.watched.delete(session);
  }

  /** Ends the streams of those who watch a session that is over. */
  closed(session: McpSessionView, reason: string): void {
    for (const stream of this.watched.get(session) ?? []) {
      stream.send('closed', JSON.stringify({ reason }));
      stream.end();
    }
  }

  received(session: McpSessionView, received: Parameters<MessageObserver['received']>[1]): void {
    const streams = this.watched.get(session);
    if (!streams) return;
    for (const { message, bytes } of received) {
      const { kind: _, ...content } = message as { kind: string } & MessageEnvelope;
      this.tell(streams, 'client', bytes, () =>
        bytes > MAX_BYTES ? tooLarge(envelopeOf(content)) : this.shown({ jsonrpc: '2.0', ...content }),
      );
    }
  }

  sent(session: McpSessionView, json: string): void {
    const streams = this.watched.get(session);
    if (!streams) return;
    const bytes = Buffer.byteLength(json);
    this.tell(streams, 'server', bytes, () =>
      bytes > MAX_BYTES ? tooLarge(envelopeOfJson(json)) : this.shown(JSON.parse(json) as object),
    );
  }

  /** They were told of before. */
  replayed(): void {}

  /** It is of no session here. */
  routed(): void {}

  /** Whoever sends the message must not notice what comes of it here. */
  private tell(
    streams: ReadonlySet<ViewerStream>,
    from: 'client' | 'server',
    bytes: number,
    shown: () => string,
  ): void {
    const time = performance.timeOrigin + performance.now();
    let data: string | undefined;
    for (const stream of streams) {
      if (stream.writable) data ??= this.dataOf({ time, from, bytes }, shown);
      if (stream.writable && data) stream.send('message', data);
      else stream.miss();
    }
  }

  /** @returns an empty string for what cannot be shown */
  private dataOf(about: object, shown: () => string): string {
    try {
      return `${JSON.stringify(about).slice(0, -1)},"message":${shown()}}`;
    } catch (error) {
      this.errors.report(error, 'the console, showing a message,');
      return '';
    }
  }

  /** Nothing is shown of what the options' function fails on. */
  private shown(message: object): string {
    try {
      const shown = JSON.stringify(this.redaction.shown(message));
      return shown.length > MAX_SHOWN ? tooLarge(envelopeOf(message)) : shown;
    } catch (error) {
      if (error instanceof TooLargeToShowError) return tooLarge(envelopeOf(message));
      const correlationId = this.errors.report(error, 'the option "redact" of McpConsoleModule');
      return withheld(envelopeOf(message), `the option "redact" failed (correlation id ${correlationId})`);
    }
  }
}

function tooLarge(envelope: MessageEnvelope): string {
  return withheld(envelope, 'too large to be shown');
}

function withheld(envelope: MessageEnvelope, why: string): string {
  return JSON.stringify({ jsonrpc: '2.0', ...envelope, withheld: why });
}
