/** @typedef {{ type: string, data: string, id?: string }} StreamEvent */

/**
 * Parses the events of an event stream.
 *
 * @param {ReadableStream<Uint8Array>} body
 * @param {() => void} onActivity called for each chunk, comments included
 * @returns {AsyncGenerator<StreamEvent>}
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export async function* parseEvents(body, onActivity) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  /** Parts of an incomplete line. @type {string[]} */
  let parts = [];
  let event = new EventUnderWay();
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      onActivity();
      const [first = '', ...others] = decoder.decode(value, { stream: true }).split('\n');
      parts.push(first);
      for (const other of others) {
        const line = parts.join('');
        parts = [other];
        if (line !== '') {
          event.take(line);
          continue;
        }
        if (event.data.length > 0) yield event.ended;
        event = new EventUnderWay();
      }
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

/** An event that is not complete yet. */
class EventUnderWay {
  type = 'message';
  /** @type {string[]} */
  data = [];
  /** @type {string | undefined} */
  id;

  /** @returns {StreamEvent} */
  get ended() {
    return { type: this.type, data: this.data.join('\n'), id: this.id };
  }

  /** @param {string} line which may contain Unicode line separators */
  take(line) {
    const colon = line.indexOf(':');
    const value = line.slice(line[colon + 1] === ' ' ? colon + 2 : colon + 1);
    const field = line.slice(0, Math.max(0, colon));
    if (field === 'event') this.type = value;
    else if (field === 'data') this.data.push(value);
    else if (field === 'id') this.id = value;
  }
}
