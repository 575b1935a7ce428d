import { entryView } from './catalogue.js';
import { Connection } from './connection.js';
import { byId, el } from './dom.js';
import { listEntries } from './lists.js';
import { clientName, principalName, sessionFacts, sessionItem } from './session-view.js';
import { trafficView } from './traffic-view.js';

/** @typedef {import('./catalogue.js').Entry} Entry */
/** @typedef {import('./session-view.js').Session} Session */
/** @typedef {'tools' | 'resources' | 'prompts' | 'sessions'} Section */

/** Number of forms that keep their input while another item is shown. */
const MAX_KEPT = 20;
const REFRESH_MS = 10_000;
/** The key of the requests without a session, in the list of sessions. */
const REQUESTS = 'requests';
const NARROW = matchMedia('(max-width: 47rem)');

/** @type {Record<Section, { title: string, empty: string }>} */
const SECTIONS = {
  tools: {
    title: 'Tools',
    empty: 'This server offers you no tools. Decorate a method of a provider with @McpTool().',
  },
  resources: {
    title: 'Resources',
    empty: 'This server offers you no resources. Decorate a method with @McpResource().',
  },
  prompts: {
    title: 'Prompts',
    empty: 'This server offers you no prompts. Decorate a method with @McpPrompt().',
  },
  sessions: { title: 'Sessions', empty: 'There are no sessions that you may see. Connect a client.' },
};
const NO_STREAM =
  'The console lists and calls over HTTP+SSE, which this server does not serve. It shows the requests of clients.';

/** @type {Record<'tools' | 'resources' | 'prompts', Entry[]>} */
const lists = { tools: [], resources: [], prompts: [] };
/** @type {Session[]} */
let sessions = [];
let totalSessions = 0;
let shownHash = '';
/** @type {(() => Promise<void> | void | undefined) | undefined} */
let leave;
/** @type {Map<string, { view: Node, panel: import('./catalogue.js').Panel }>} */
const kept = new Map();

const connection = new Connection({
  onState: showState,
  onAbout: showAbout,
  onReady: () => void loadAll(),
  onNotification: (method, params) => {
    const [, list] = /^notifications\/(tools|resources|prompts)\/list_changed$/.exec(method) ?? [];
    if (list) void load(/** @type {'tools'} */ (list));
    if (method === 'notifications/message') for (const { panel } of kept.values()) panel.log(params ?? {});
  },
  onSessions: (found) => {
    ({ sessions, total: totalSessions } = found);
    byId('count-sessions').textContent = String(totalSessions);
    if (route().section === 'sessions') renderList();
    refreshFacts();
  },
});

/** @returns {{ section: Section, key: string | undefined }} */
function route() {
  const [section = '', ...rest] = location.hash.slice(1).split('/');
  const key = rest.length > 0 ? decodeURIComponent(rest.join('/')) : undefined;
  return { section: Object.hasOwn(SECTIONS, section) ? /** @type {Section} */ (section) : 'tools', key };
}

async function loadAll() {
  await Promise.all([load('tools'), load('resources'), load('prompts')]);
}

/** @param {import('./lists.js').ListName} list */
async function load(list) {
  try {
    lists[list] = await listEntries(list, () => connection.client);
  } catch (error) {
    return notice(`The ${list} could not be listed: ${/** @type {Error} */ (error).message}`);
  }
  byId(`count-${list}`).textContent = String(lists[list].length);
  if (route().section !== list) return;
  renderList();
  if (shownHash !== location.hash) void renderDetail();
}

function renderList() {
  const { section, key } = route();
  const wanted = /** @type {HTMLInputElement} */ (byId('filter')).value.trim().toLowerCase();
  byId('list-title').textContent = SECTIONS[section].title;
  const items =
    section === 'sessions' ? [...requestsRow(), ...sessions.map(sessionRow)] : lists[section].map(entryRow);
  const found = items.filter(({ text }) => text.toLowerCase().includes(wanted));
  const focused =
    document.activeElement instanceof HTMLAnchorElement ? document.activeElement.hash : undefined;
  byId('list').replaceChildren(
    ...found.map((item) => {
      const hash = `#${section}/${encodeURIComponent(item.key)}`;
      const link = el(
        'a',
        { href: hash, 'aria-current': item.key === key ? 'true' : undefined },
        item.children,
      );
      return el('li', {}, link);
    }),
  );
  if (focused !== undefined)
    [...byId('list').querySelectorAll('a')]
      .find((link) => link.hash === focused)
      ?.focus({ preventScroll: true });
  const empty = byId('list-empty');
  empty.hidden = found.length > 0;
  const none = connection.about?.stream || !connection.about ? SECTIONS[section].empty : NO_STREAM;
  empty.textContent = items.length > 0 ? `Nothing matches “${wanted}”.` : none;
}

/** @param {Entry} entry */
function entryRow({ key, title, note, description }) {
  const children = [
    el('span', { className: 'name' }, title),
    el('span', { className: 'note' }, note ?? description ?? ''),
  ];
  return { key, children, text: `${title} ${key} ${description ?? ''}` };
}

/** @param {Session} session */
function sessionRow(session) {
  const text = `${clientName(session)} ${session.client?.name} ${principalName(session.principal)} ${session.transport} ${session.id}`;
  return { key: session.id, children: sessionItem(session), text };
}

/** One row for all, if the server takes such requests. */
function requestsRow() {
  if (!connection.about?.hasRequests) return [];
  const [name, note] = ['Requests without a session', 'Those of clients that open none'];
  const children = [el('span', { className: 'name' }, name), el('span', { className: 'note' }, note)];
  return [{ key: REQUESTS, children, text: `${name} ${note}` }];
}

async function renderDetail() {
  const left = leave?.();
  leave = undefined;
  if (left) await left;
  const { section, key } = route();
  shownHash = location.hash;
  byId('columns').classList.toggle('chosen', key !== undefined);
  for (const link of document.querySelectorAll('nav a'))
    if (link.getAttribute('href') === `#${section}`) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  const back = el('a', { href: `#${section}`, className: 'back' }, `← ${SECTIONS[section].title}`);
  const view =
    key === undefined ? undefined : section === 'sessions' ? sessionDetail(key) : entryDetail(section, key);
  if (view === undefined) shownHash = '';
  byId('detail').replaceChildren(...(view ? [back, view] : [emptyDetail(section, key)]));
  document.title = `${key ?? SECTIONS[section].title} · ${connection.about?.server.name ?? 'MCP console'}`;
  if (key !== undefined && NARROW.matches)
    /** @type {HTMLElement | null} */ (byId('detail').querySelector('h2'))?.focus();
}

/**
 * @param {'tools' | 'resources' | 'prompts'} section
 * @param {string} key
 */
function entryDetail(section, key) {
  const entry = lists[section].find((candidate) => candidate.key === key);
  if (!entry) return undefined;
  let known = kept.get(location.hash);
  if (!known) {
    const panel = entry.panel();
    known = { view: entryView(entry, panel), panel };
    kept.set(location.hash, known);
    if (kept.size > MAX_KEPT) kept.delete(/** @type {string} */ (kept.keys().next().value));
  }
  leave = known.panel.leave;
  return known.view;
}

/** @param {string} key */
function sessionDetail(key) {
  if (!connection.about) return undefined;
  if (key === REQUESTS) return requestsDetail(connection.about);
  const traffic = watch(
    connection.about,
    `sessions/${encodeURIComponent(key)}/messages`,
    'Messages of the session',
  );
  const session = sessions.find(({ id }) => id === key);
  return el(
    'article',
    { className: 'session' },
    el('h2', { id: 'session', tabIndex: -1 }, session ? clientName(session) : 'Session'),
    el('p', { className: 'code note' }, key),
    el('div', { id: 'facts' }, sessionFacts(session)),
    traffic.element,
  );
}

/** @param {import('./connection.js').About} about */
function requestsDetail(about) {
  const whose = about.viewer.seesOthers ? 'those of your tenant' : 'your own';
  return el(
    'article',
    { className: 'session' },
    el('h2', { tabIndex: -1 }, 'Requests without a session'),
    el('p', {}, `Since revision 2026-07-28 clients need no session. You see ${whose}.`),
    watch(about, 'requests', 'Messages of requests').element,
  );
}

/**
 * @param {import('./connection.js').About} about
 * @param {string} path of the stream, relative to the API
 * @param {string} label
 */
function watch({ heartbeatMs }, path, label) {
  const { headers } = connection.credentials;
  const traffic = trafficView({ label, url: connection.api(path), headers, heartbeatMs });
  leave = traffic.stop;
  return traffic;
}

function refreshFacts() {
  const { section, key } = route();
  if (section !== 'sessions' || key === undefined) return;
  const session = sessions.find(({ id }) => id === key);
  const facts = document.getElementById('facts');
  if (!session || !facts) return;
  facts.replaceChildren(...sessionFacts(session));
  // A client sends its name after its session has begun.
  byId('session').textContent = clientName(session);
}

/**
 * @param {Section} section
 * @param {string} [key]
 */
function emptyDetail(section, key) {
  const one = section.slice(0, -1);
  const text =
    key === undefined
      ? section === 'sessions'
        ? 'Choose a session to see its messages live.'
        : `Choose a ${one} to see its details and try it.`
      : `There is no ${one} “${key}”. Choose one from the list.`;
  return el('p', { className: 'empty' }, text);
}

/**
 * @param {import('./connection.js').ConnectionState} state
 * @param {string} text
 */
function showState(state, text) {
  const element = byId('state');
  element.className = `state ${state}`;
  element.textContent = state === 'refused' ? 'Not connected' : text;
  if (state === 'refused') notice(text);
  else byId('notice').hidden = true;
}

/** @param {string} text */
function notice(text) {
  const element = byId('notice');
  element.textContent = text;
  element.hidden = false;
}

function showAbout() {
  const { server, viewer, authenticates } = /** @type {import('./connection.js').About} */ (connection.about);
  byId('server').replaceChildren(
    server.title ?? server.name,
    el('span', { className: 'version' }, server.version),
  );
  byId('account').hidden = !authenticates;
  byId('account').textContent = viewer.subject === undefined ? 'Sign in' : principalName(viewer);
  renderList();
  void renderDetail();
}

addEventListener('hashchange', () => {
  /** @type {HTMLInputElement} */ (byId('filter')).value = '';
  renderList();
  void renderDetail();
});
byId('filter').addEventListener('input', renderList);
byId('account').addEventListener('click', () => void connection.signIn());
byId('skip').addEventListener('click', (event) => {
  event.preventDefault();
  byId('detail').focus();
});
setInterval(() => {
  if (route().section !== 'sessions') return;
  renderList();
  refreshFacts();
}, REFRESH_MS);
renderList();
void renderDetail();
void connection.open();
