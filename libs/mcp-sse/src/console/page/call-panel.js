import { el, hiddenText } from './dom.js';
import { jsonFault } from './fields.js';
import { formatBytes, formatDuration } from './format.js';
import { jsonView } from './json-view.js';
import { resultView } from './result-view.js';
import { schemaForm } from './schema-form.js';

/** Log messages that are shown per call. */
const MAX_LOG = 100;

/** @typedef {import('./mcp-client.js').McpClient} McpClient */
/** @typedef {{ method: string, params: object }} Call */
/** @typedef {ReturnType<typeof import('./app-view.js').appView>} App */

/**
 * A form for the arguments of a call, and the result of the call.
 *
 * @param {object} options
 * @param {string} options.verb label of the button
 * @param {import('./schema.js').Schema} options.schema of the arguments
 * @param {(values: any) => Call} options.call builds the request from the arguments
 * @param {() => McpClient} options.client
 * @param {(values: any) => App} [options.app] shows a call and its result
 */
export function callPanel({ verb, schema, call, client, app: showIn }) {
  const hasArguments = Object.keys(schema.properties ?? {}).length > 0;
  const isOpen = !hasArguments && schema.additionalProperties !== false && schema.type === 'object';
  let form = schemaForm(schema);
  /** @type {AbortController | undefined} */
  let running;
  /** @type {App | undefined} */
  let app;

  const json = el('textarea', {
    className: 'code',
    rows: 10,
    spellcheck: false,
    'aria-label': 'Arguments as JSON',
  });
  json.addEventListener('input', () => json.setCustomValidity(jsonFault(json.value)));
  const fields = el('div', {}, form.element);
  const raw = el('div', { hidden: true }, json);
  const toggle = el(
    'button',
    { type: 'button', className: 'quiet', 'aria-pressed': false, onclick: swap },
    'Edit as JSON',
  );
  const send = el('button', { type: 'submit', className: 'primary' }, verb);
  const cancel = el('button', { type: 'button', hidden: true, onclick: () => running?.abort() }, 'Cancel');
  const bar = el('progress', { hidden: true, 'aria-label': 'Progress' });
  const status = el('p', { className: 'status', role: 'status' });
  const log = el('ul', { className: 'log', 'aria-label': 'Log messages' });
  const output = el('div', { className: 'output' });
  const shown = el('div');
  const hint = el('p', { className: 'empty' }, 'The result appears here.');
  const ask = el(
    'div',
    { className: 'ask' },
    !hasArguments && !isOpen && el('p', { className: 'hint' }, 'It takes no arguments.'),
    fields,
    raw,
    el(
      'div',
      { className: 'actions' },
      send,
      cancel,
      (hasArguments || isOpen) && toggle,
      hiddenText('You can also press Control and Enter.'),
    ),
  );
  const answer = el(
    'section',
    { className: 'answer', 'aria-label': 'Result' },
    hint,
    status,
    bar,
    log,
    shown,
    output,
  );
  const element = el('form', { className: 'call', onsubmit: submit, onkeydown: submitByKeys }, ask, answer);
  if (isOpen) swap();

  /** Switches between form and JSON, and keeps the values. */
  function swap() {
    const toJson = raw.hidden === true;
    if (toJson) {
      json.value = JSON.stringify(form.value(), null, 2);
    } else {
      if (jsonFault(json.value)) return void json.reportValidity();
      form = schemaForm(schema, Object(JSON.parse(json.value || '{}')));
      fields.replaceChildren(form.element);
    }
    raw.hidden = !toJson;
    fields.hidden = toJson;
    // A hidden field that is invalid must not block submission.
    for (const control of /** @type {NodeListOf<HTMLInputElement>} */ (
      fields.querySelectorAll('input, select, textarea')
    ))
      control.disabled = toJson;
    toggle.setAttribute('aria-pressed', String(toJson));
  }

  /** @param {KeyboardEvent} event */
  function submitByKeys(event) {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) element.requestSubmit();
  }

  /** @param {SubmitEvent} event */
  async function submit(event) {
    event.preventDefault();
    if (running) return;
    running = new AbortController();
    const { signal } = running;
    const values = raw.hidden ? form.value() : JSON.parse(json.value || '{}');
    const { method, params } = call(values);
    begin(values);
    const start = performance.now();
    try {
      const result = await client().request(method, params, { signal, onProgress: showProgress });
      const took = formatDuration(performance.now() - start);
      const size = formatBytes(new TextEncoder().encode(JSON.stringify(result)).length);
      show(
        result?.isError ? 'failed' : 'ok',
        `${result?.isError ? 'The tool reports an error' : 'Answered'} after ${took}, ${size}`,
      );
      output.replaceChildren(...resultView(result));
      app?.result(result);
    } catch (error) {
      showError(/** @type {Error & { code?: number, data?: unknown }} */ (error));
      app?.cancelled(/** @type {Error} */ (error).message);
    } finally {
      running = undefined;
      send.disabled = false;
      if (document.activeElement === cancel) send.focus();
      cancel.hidden = bar.hidden = true;
    }
  }

  /** @param {any} values */
  function begin(values) {
    hint.hidden = send.disabled = true;
    cancel.hidden = false;
    log.replaceChildren();
    output.replaceChildren();
    app?.stop();
    app = showIn?.(values);
    shown.replaceChildren(...(app ? [app.element] : []));
    show('running', 'Running…');
  }

  /** @param {import('./mcp-client.js').Progress} progress */
  function showProgress({ progress, total, message }) {
    bar.hidden = false;
    if (total === undefined) bar.removeAttribute('value');
    else [bar.max, bar.value] = [total, progress];
    const done = total === undefined ? String(progress) : `${progress} of ${total}`;
    show('running', message ? `Running: ${done}, ${message}` : `Running: ${done}`);
  }

  /** @param {Error & { code?: number, data?: unknown }} error */
  function showError({ message, code, data }) {
    show('failed', code === undefined ? message : `Error ${code}: ${message}`);
    output.replaceChildren(...(data === undefined ? [] : [jsonView(data, 'Error data')]));
  }

  /**
   * @param {string} kind
   * @param {string} text
   */
  function show(kind, text) {
    status.className = `status ${kind}`;
    status.textContent = text;
  }

  return {
    element,
    /** Another item is shown. */
    leave: () => app?.stop(),
    /**
     * Shows a log message of the server, if the call is running.
     *
     * @param {{ level?: string, data?: unknown }} entry
     */
    log({ level, data }) {
      if (!running) return;
      const text = typeof data === 'string' ? data : JSON.stringify(data);
      log.append(el('li', {}, el('span', { className: 'tag' }, String(level)), ` ${text}`));
      if (log.childElementCount > MAX_LOG) log.firstElementChild?.remove();
    },
  };
}
