import type { ErrorReporter } from '../model/error-reporter.js';
import { McpContext } from '../model/mcp-context.js';
import type { McpSessionView } from '../model/session-view.js';
import type { MessageObserver, MessageSource } from '../model/traffic-observer.js';
import { scopesOf, type SessionScope } from './session-access.js';
import { shownClient } from './shown-client.js';
import { type Redaction, TooLargeToShowError } from './redaction.js';
import type { ViewerStream } from './viewer-stream.js';
import { clipped } from '../observability/audit/audit-values.js';

/** Of a larger message, only the beginning is examined. */
const MAX_BYTES = 1024 * 1024;
/** A message with more characters of JSON is not shown. */
const MAX_SHOWN = 256 * 1024;

/** How this server's messages begin. */
const BEGINNING =
  /^\{"jsonrpc":"2\.0"(?:,"id":(null|-?\d+|"(?:[^"\\]|\\.)*"))?(?:,"method":("(?:[^"\\]|\\.)*"))?/;
const MAX_BEGINNING = 1_024;

/** Identifies a message without showing its content. */
interface MessageEnvelope {
  readonly id?: unknown;
  readonly method?: string;
}

/** What a viewer watches: a session, or all requests without a session in a scope. */
export type Watched = McpSessionView | SessionScope;

/** Sends viewers the messages that they watch. Each message is redacted once for all of them. */
export class MessageWatches implements MessageObserver {
  private readonly watched = new Map<Watched, Set<ViewerStream>>();

  constructor(
    private readonly redaction: Redaction,
    private readonly errors: ErrorReporter,
  ) {}

  get isEmpty(): boolean {
    return this.watched.size === 0;
  }

  add(watched: Watched, stream: ViewerStream): void {
    const streams = this.watched.get(watched);
    if (streams) streams.add(stream);
    else this.watched.set(watched, new Set([stream]));
  }

  delete(watched: Watched, stream: ViewerStream): void {
    const streams = this.watched.get(watched);
    streams?.delete(stream);
    if (streams?.size === 0) this.watched.delete(watched);
  }

  /** Ends the streams of a session that has closed. */
  closed(session: McpSessionView, reason: string): void {
    for (const stream of this.watched.get(session) ?? []) {
      stream.send('closed', JSON.stringify({ reason }));
      stream.end();
    }
  }

  received(source: MessageSource, received: Parameters<MessageObserver['received']>[1]): void {
    const streams = this.streamsOf(source);
    if (!streams) return;
    for (const { message, bytes } of received) {
      const { kind: _, ...content } = message as { kind: string } & MessageEnvelope;
      this.tell(streams, aboutOf(source, 'client', bytes), () =>
        bytes > MAX_BYTES ? tooLarge(envelopeOf(content)) : this.shown({ jsonrpc: '2.0', ...content }),
      );
    }
  }

  sent(source: MessageSource, json: string): void {
    const streams = this.streamsOf(source);
    if (!streams) return;
    const bytes = Buffer.byteLength(json);
    this.tell(streams, aboutOf(source, 'server', bytes), () =>
      bytes > MAX_BYTES ? tooLarge(envelopeOfJson(json)) : this.shown(JSON.parse(json) as object),
    );
  }

  /** Replayed messages were shown when they were first sent. */
  replayed(): void {}

  /** A routed POST belongs to a session of another node. */
  routed(): void {}

  /** The viewers of a source; undefined if there are none. */
  private streamsOf(source: MessageSource): Iterable<ViewerStream> | undefined {
    if (!(source instanceof McpContext)) return this.watched.get(source);
    const streams = scopesOf(source).flatMap((scope) => [...(this.watched.get(scope) ?? [])]);
    return streams.length > 0 ? streams : undefined;
  }

  /** Never throws: it runs while the message is on its way. */
  private tell(streams: Iterable<ViewerStream>, about: object, shown: () => string): void {
    let data: string | undefined;
    for (const stream of streams) {
      if (stream.writable) data ??= this.dataOf(about, shown);
      if (stream.writable && data) stream.send('message', data);
      else stream.miss();
    }
  }

  /** @returns an empty string if the message cannot be shown */
  private dataOf(about: object, shown: () => string): string {
    try {
      return `${JSON.stringify(about).slice(0, -1)},"message":${shown()}}`;
    } catch (error) {
      this.errors.report(error, 'the console, showing a message,');
      return '';
    }
  }

  /** If the option `redact` throws, the message is withheld. */
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

/** What the page shows beside a message. Messages of different clients come together where there is no session. */
function aboutOf(source: MessageSource, from: 'client' | 'server', bytes: number): object {
  const time = performance.timeOrigin + performance.now();
  if (!(source instanceof McpContext)) return { time, from, bytes };
  return { time, from, bytes, request: source.correlationId, ...shownClient(source) };
}

function tooLarge(envelope: MessageEnvelope): string {
  return withheld(envelope, 'too large to be shown');
}

function withheld(envelope: MessageEnvelope, why: string): string {
  return JSON.stringify({ jsonrpc: '2.0', ...envelope, withheld: why });
}

/** The envelope of a message. Its id and method are cut, as the client has chosen them. */
function envelopeOf({ id, method }: MessageEnvelope): MessageEnvelope {
  return { id: clipped(id) ?? id, method: clipped(method) };
}

/** The envelope of a message of this server, read from its beginning only. */
function envelopeOfJson(json: string): MessageEnvelope {
  const [, id, method] = BEGINNING.exec(json.slice(0, MAX_BEGINNING)) ?? [];
  return envelopeOf({ id: id && JSON.parse(id), method: method && (JSON.parse(method) as string) });
}
