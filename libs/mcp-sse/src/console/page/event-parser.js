/** @typedef {{ type: string, data: string, id?: string }} StreamEvent */

/**
 * The events of an event stream.
 *
 * @param {ReadableStream<Uint8Array>} body
 * @param {() => void} onActivity called for whatever comes, comments too
 * @returns {AsyncGenerator<StreamEvent>}
 * @see https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream
 */
export async function* parseEvents(body, onActivity) {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      onActivity();
      const blocks = (rest + decoder.decode(value, { stream: true })).split('\n\n');
      rest = /** @type {string} */ (blocks.pop());
      for (const block of blocks) {
        const event = parseEvent(block);
        if (event) yield event;
      }
    }
  } finally {
    reader.cancel().catch(() => undefined);
  }
}

/**
 * @param {string} block
 * @returns {StreamEvent | undefined}
 */
function parseEvent(block) {
  const event = { type: 'message', data: '' };
  /** @type {string[]} */
  const data = [];
  /** @type {string | undefined} */
  let id;
  for (const line of block.split('\n')) {
    const [, field, value] = /^(\w+): ?(.*)$/.exec(line) ?? [];
    if (field === 'event') event.type = value ?? '';
    else if (field === 'data') data.push(value ?? '');
    else if (field === 'id') id = value;
  }
  if (data.length === 0) return undefined;
  return { ...event, data: data.join('\n'), id };
}
