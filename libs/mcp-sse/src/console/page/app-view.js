import { appEvents } from './app-events.js';
import { el } from './dom.js';

/** @typedef {typeof import('@modelcontextprotocol/ext-apps/app-bridge')} AppHost */
/** @typedef {import('@modelcontextprotocol/ext-apps/app-bridge').AppBridge} AppBridge */

const TYPE = 'text/html;profile=mcp-app';
const MAX_HEIGHT = 720;
const START_MS = 15_000;
/** An app that is closed may save what it has, for so long. */
const TEARDOWN_MS = 500;
const DARK = matchMedia('(prefers-color-scheme: dark)');

/**
 * The app of a tool, for one call. It has a frame without an origin, and reaches the server only through the page, by
 * the tools that are for apps and the resources that the viewer may read.
 *
 * @param {object} options
 * @param {string} options.uri
 * @param {any} options.tool
 * @param {any[]} options.tools that the viewer may call
 * @param {object} options.args of the call
 * @param {import('./mcp-client.js').McpClient} options.client
 */
export function appView({ uri, tool, tools, args, client }) {
  const frame = el('iframe', { title: `App ${uri}`, className: 'app', sandbox: 'allow-scripts allow-forms' });
  const status = el('p', { className: 'status running', role: 'status' }, 'The app is loading…');
  const events = appEvents();
  const element = el(
    'section',
    { className: 'app-view', 'aria-label': 'App' },
    frame,
    status,
    events.element,
  );
  let isStopped = false;
  let isShown = false;
  /** @type {AppBridge | undefined} */
  let bridge;
  /** @returns {'dark' | 'light'} */
  const theme = () => (DARK.matches ? 'dark' : 'light');
  const showTheme = () => void bridge?.sendHostContextChange({ theme: theme() });

  const started = start();
  started.then(
    () => (status.hidden = !isStopped),
    (error) => isStopped || fail(error),
  );

  async function start() {
    const [page, host] = await Promise.all([readApp(client, uri), loadHost()]);
    if (isStopped) return;
    bridge = bridgeTo(host, page);
    const { ready, initialized } = whenStarted(bridge);
    const target = /** @type {Window} */ (frame.contentWindow);
    await bridge.connect(new host.PostMessageTransport(target, target));
    frame.classList.toggle('bordered', page.ui.prefersBorder !== false);
    frame.src = `app-frame.html?csp=${encodeURIComponent(JSON.stringify(page.ui.csp ?? {}))}`;
    await inTime(ready);
    // Once: an app that navigates its frame does not get another policy with its page.
    await bridge.sendSandboxResourceReady({ html: page.html });
    await inTime(initialized);
    isShown = true;
    await bridge.sendToolInput({ arguments: { ...args } });
    DARK.addEventListener('change', showTheme);
  }

  /**
   * @param {AppHost} host
   * @param {Awaited<ReturnType<typeof readApp>>} page
   */
  function bridgeTo({ AppBridge }, { ui }) {
    /** @type {import('@modelcontextprotocol/ext-apps/app-bridge').McpUiHostContext} */
    const hostContext = {
      toolInfo: { tool },
      theme: theme(),
      displayMode: 'inline',
      availableDisplayModes: ['inline'],
      containerDimensions: { maxHeight: MAX_HEIGHT },
      locale: navigator.language,
      timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
      platform: 'web',
    };
    const capabilities = {
      serverTools: {},
      serverResources: {},
      openLinks: {},
      logging: {},
      message: { text: {} },
      updateModelContext: { text: {}, structuredContent: {} },
      sandbox: { csp: ui.csp },
    };
    const made = new AppBridge(null, { name: 'console', version: '1' }, capabilities, { hostContext });
    made.oncalltool = async (params) => {
      events.add('tools/call', params.name);
      if (!isForApps(tools.find(({ name }) => name === params.name)))
        throw new Error(`${params.name} is no tool for apps that you may call.`);
      return client.request('tools/call', { name: params.name, arguments: params.arguments ?? {} });
    };
    made.onreadresource = async (params) => {
      events.add('resources/read', params.uri);
      return client.request('resources/read', { uri: params.uri });
    };
    made.onmessage = async ({ content }) => {
      events.add('message', JSON.stringify(content));
      return {};
    };
    made.onupdatemodelcontext = async (params) => {
      events.add('context', JSON.stringify(params.structuredContent ?? params.content));
      return {};
    };
    made.onopenlink = async ({ url }) => {
      if (!/^https?:/i.test(url)) return { isError: true };
      events.add('link', 'asks to open', url);
      return {};
    };
    made.onrequestdisplaymode = async () => ({ mode: 'inline' });
    made.onloggingmessage = ({ level, data }) =>
      events.add(level, typeof data === 'string' ? data : JSON.stringify(data));
    made.onsizechange = ({ height }) => {
      if (height !== undefined) frame.style.height = `${Math.min(Math.ceil(height), MAX_HEIGHT)}px`;
    };
    return made;
  }

  /** @param {Error} error */
  function fail({ message }) {
    status.className = 'status failed';
    status.textContent = `The app is not shown: ${message}`;
    frame.hidden = true;
  }

  return {
    element,
    /** @param {any} result of the call */
    result(result) {
      started.then(() => bridge?.sendToolResult(result)).catch(() => undefined);
    },
    /** @param {string} reason the call has no result */
    cancelled(reason) {
      started.then(() => bridge?.sendToolCancelled({ reason })).catch(() => undefined);
    },
    /** Ends the app. Its frame must stay in the document until then, and would start anew if it came back. */
    async stop() {
      if (isStopped) return;
      isStopped = true;
      DARK.removeEventListener('change', showTheme);
      status.hidden = false;
      status.className = 'status';
      status.textContent = 'The app was closed. Call again to see it.';
      if (isShown) await bridge?.teardownResource({}, { timeout: TEARDOWN_MS }).catch(() => undefined);
      await bridge?.close();
      frame.remove();
    },
  };
}

/** The address of the app that shows a tool's results. @param {any} tool */
export function appOf(tool) {
  const uri = tool['_meta']?.ui?.resourceUri;
  return typeof uri === 'string' ? uri : undefined;
}

/** Whether apps may call a tool. @param {any} tool */
function isForApps(tool) {
  return tool !== undefined && (tool['_meta']?.ui?.visibility ?? ['app']).includes('app');
}

/**
 * @param {import('./mcp-client.js').McpClient} client
 * @param {string} uri
 */
async function readApp(client, uri) {
  const [content] = (await client.request('resources/read', { uri })).contents;
  if (content?.mimeType !== TYPE) throw new Error(`${uri} has the type ${content?.mimeType}, not ${TYPE}.`);
  return { html: content.text ?? textOf(content.blob), ui: content['_meta']?.ui ?? {} };
}

/** @param {string} base64 */
function textOf(base64) {
  return new TextDecoder().decode(Uint8Array.from(atob(base64), (character) => character.charCodeAt(0)));
}

/** The official host library, which only pages with an app need. */
function loadHost() {
  const file = './app-bridge.js';
  return /** @type {Promise<AppHost>} */ (import(file));
}

/** @param {AppBridge} bridge */
function whenStarted(bridge) {
  /** @type {Promise<void>} */
  const ready = new Promise((resolve) => (bridge.onsandboxready = () => resolve()));
  /** @type {Promise<void>} */
  const initialized = new Promise((resolve) => (bridge.oninitialized = () => resolve()));
  return { ready, initialized };
}

/** @param {Promise<void>} promise */
function inTime(promise) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(
      () =>
        reject(
          new Error(`it has not started within ${START_MS / 1000} seconds. Does it connect to its host?`),
        ),
      START_MS,
    );
    void promise.then(() => resolve(clearTimeout(timer)));
  });
}
