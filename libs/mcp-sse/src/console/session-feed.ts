import type { McpSessionView } from '../model/session-view.js';
import { sessionSummary } from './session-summary.js';
import type { ViewerStream } from './viewer-stream.js';

const REFRESH_MS = 1_000;
/** The newest ones; a page of thousands is of no use to anybody. */
const MAX_SHOWN = 200;

/** Tells a viewer which sessions there are: at once, and whenever that has changed. */
export class SessionFeed {
  private readonly timer: NodeJS.Timeout;
  private told = '';

  constructor(
    private readonly sessions: () => readonly McpSessionView[],
    private readonly stream: ViewerStream,
  ) {
    this.timer = setInterval(() => this.tell(), REFRESH_MS).unref();
    this.tell();
  }

  stop(): void {
    clearInterval(this.timer);
  }

  private tell(): void {
    if (!this.stream.writable) return;
    const visible = this.sessions();
    const sessions = visible.slice(-MAX_SHOWN).toReversed().map(sessionSummary);
    const data = { total: visible.length, sessions };
    const json = JSON.stringify(data);
    if (json === this.told) return;
    this.told = json;
    this.stream.send('sessions', data);
  }
}
