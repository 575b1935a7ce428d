import type { ErrorReporter } from '../model/error-reporter.js';
import type { McpSessionView } from '../model/session-view.js';
import type { MessageObserver } from '../model/traffic-observer.js';
import type { Redaction } from './redaction.js';
import type { ViewerStream } from './viewer-stream.js';

/** One message more is told of by its envelope alone, in characters of JSON. */
const MAX_SHOWN = 256 * 1024;

type Message = Readonly<Record<string, unknown>>;

/** Tells a viewer of the messages of one session, as they come and go. */
export class SessionWatch implements MessageObserver {
  constructor(
    private readonly watched: McpSessionView,
    private readonly redaction: Redaction,
    private readonly stream: ViewerStream,
    private readonly errors: ErrorReporter,
  ) {}

  received(session: McpSessionView, received: Parameters<MessageObserver['received']>[1]): void {
    if (session !== this.watched) return;
    for (const { message } of received)
      this.tell('client', () => {
        const { kind: _, ...content } = message as { kind: string };
        return JSON.stringify({ jsonrpc: '2.0', ...content });
      });
  }

  sent(session: McpSessionView, json: string): void {
    if (session === this.watched) this.tell('server', () => json);
  }

  /** They were told of before. */
  replayed(): void {}

  /** It is of no session here. */
  routed(): void {}

  /** Whoever sends the message must not notice what comes of it here. */
  private tell(from: 'client' | 'server', serialize: () => string): void {
    const time = performance.timeOrigin + performance.now();
    if (!this.stream.writable) return this.stream.miss();
    try {
      const json = serialize();
      const message = this.shown(JSON.parse(json) as Message);
      this.stream.send('message', { time, from, bytes: Buffer.byteLength(json), message });
    } catch (error) {
      this.errors.report(error, 'the console, showing a message,');
      this.stream.miss();
    }
  }

  /** Nothing is shown of what the options' function fails on. */
  private shown(message: Message): object {
    try {
      const shown = this.redaction.shown(message);
      return JSON.stringify(shown).length > MAX_SHOWN ? envelopeOf(message, 'too large to be shown') : shown;
    } catch (error) {
      const correlationId = this.errors.report(error, 'the option "redact" of McpConsoleModule');
      return envelopeOf(message, `the option "redact" failed (correlation id ${correlationId})`);
    }
  }
}

function envelopeOf({ id, method }: Message, withheld: string): object {
  return { jsonrpc: '2.0', id, method, withheld };
}
