import { el, hiddenText } from './dom.js';
import { EventStream } from './event-stream.js';
import { formatBytes, formatDuration, formatTime } from './format.js';
import { jsonView } from './json-view.js';
import { MessageRing } from './message-ring.js';

/** @typedef {import('./message-ring.js').Entry} Entry */

/**
 * Messages, live.
 *
 * @param {object} options
 * @param {string} options.label of what is shown
 * @param {URL} options.url of the stream
 * @param {() => Record<string, string>} options.headers
 * @param {number | false} options.heartbeatMs
 */
export function trafficView({ label, url, headers, heartbeatMs }) {
  const ring = new MessageRing();
  let paused = false;
  let missed = 0;
  const search = el('input', {
    type: 'search',
    placeholder: 'Search',
    autocomplete: 'off',
    spellcheck: false,
    oninput: filter,
    'aria-label': 'Search the messages',
  });
  const pause = el('button', { type: 'button', 'aria-pressed': false, onclick: togglePause }, 'Pause');
  const clear = el('button', { type: 'button', onclick: clearAll }, 'Clear');
  const state = el('p', { className: 'status', role: 'status' }, 'Connecting…');
  const count = el('p', { className: 'hint' });
  const rows = el('ol', { className: 'traffic', 'aria-label': 'Messages' });
  const empty = el(
    'p',
    { className: 'empty' },
    'Waiting for messages. Call something from a client, and its messages appear here.',
  );
  const element = el(
    'section',
    { className: 'watch', 'aria-label': label },
    el('div', { className: 'toolbar' }, search, pause, clear),
    el('div', { className: 'toolbar' }, state, count),
    empty,
    rows,
  );

  const stream = new EventStream(url, {
    headers,
    heartbeatMs,
    onState: (next) => {
      if (next.name === 'open') show('ok', 'Live');
      else if (next.name === 'lost')
        show(
          'running',
          next.refusal?.advice ?? 'Connection lost. Messages sent before it is back are missed.',
        );
      else if (next.name === 'refused') show('failed', next.refusal.advice);
    },
    onEvent: ({ type, data }) => {
      const content = JSON.parse(data);
      if (type === 'message' && !paused) add(content);
      if (type === 'missed') missed += content.messages;
      if (type === 'closed') {
        stream.stop();
        const over =
          content.reason === 'moved'
            ? 'Another node owns the session now.'
            : `The session has ended (${content.reason}).`;
        show('failed', `${over} Its messages stay here until you leave.`);
      }
      tell();
    },
  });

  /** @param {import('./message-ring.js').Traffic} traffic */
  function add(traffic) {
    const isAtEnd = isScrolledDown();
    const { entry, dropped } = ring.add(traffic);
    for (let index = 0; index < dropped; index++) rows.firstElementChild?.remove();
    const row = rowOf(entry);
    row.hidden = !isFound(entry);
    rows.append(row);
    if (isAtEnd) rows.scrollTop = rows.scrollHeight;
  }

  function isScrolledDown() {
    return rows.scrollHeight - rows.scrollTop - rows.clientHeight < 40;
  }

  /** @param {Entry} entry */
  function isFound(entry) {
    return entry.text.includes(search.value.trim().toLowerCase());
  }

  function filter() {
    ring.entries.forEach((entry, index) => {
      /** @type {HTMLElement} */ (rows.children[index]).hidden = !isFound(entry);
    });
    tell();
  }

  function togglePause() {
    paused = !paused;
    pause.setAttribute('aria-pressed', String(paused));
  }

  function clearAll() {
    ring.clear();
    rows.replaceChildren();
    missed = 0;
    tell();
  }

  function tell() {
    const { length } = ring.entries;
    const found = ring.entries.filter(isFound).length;
    empty.hidden = length > 0;
    const lost = missed > 0 ? `; ${missed} more arrived too fast to be shown` : '';
    count.textContent =
      length === 0 ? '' : `${found === length ? length : `${found} of ${length}`} messages${lost}`;
  }

  /**
   * @param {string} kind
   * @param {string} text
   */
  function show(kind, text) {
    state.className = `status ${kind}`;
    state.textContent = text;
  }

  return { element, stop: () => stream.stop() };
}

/** @param {Entry} entry */
function rowOf({ traffic, title, about, who, latency, failed }) {
  const { time, from, bytes, message } = traffic;
  const isFromClient = from === 'client';
  const isAnswer = message.method === undefined;
  const asks = message.result?.resultType === 'input_required';
  const direction = el(
    'span',
    { className: `direction ${from}` },
    el('span', { 'aria-hidden': true }, isFromClient ? '→' : '←'),
    hiddenText(isFromClient ? 'From the client:' : 'From the server:'),
  );
  const summary = el(
    'summary',
    {},
    el('time', { dateTime: new Date(time).toISOString() }, formatTime(time)),
    direction,
    el(
      'span',
      { className: `what ${failed ? 'failed' : ''}` },
      el('b', {}, title),
      about && el('span', { className: 'about' }, about),
      who && el('span', { className: 'who' }, who),
      isAnswer && el('span', { className: 'kind' }, failed ? 'error' : asks ? 'asks back' : 'answer'),
    ),
    el('span', { className: 'latency' }, latency === undefined ? '' : formatDuration(latency)),
    el('span', { className: 'size' }, formatBytes(bytes)),
  );
  const details = el('details', { className: 'message' }, summary);
  // Rendered on demand, since most messages are never opened.
  details.addEventListener('toggle', () => {
    if (details.open && details.childElementCount === 1)
      details.append(jsonView(message, `Message ${title}`));
  });
  return el('li', {}, details);
}
