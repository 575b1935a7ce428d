import { el, tag } from './dom.js';
import { formatAge, formatBytes } from './format.js';

/**
 * @typedef {object} Client
 * @property {{ subject?: string, issuer?: string, tenant?: string }} principal
 * @property {{ name?: string, title?: string, version?: string }} [client]
 */
/**
 * @typedef {object} SessionState
 * @property {string} id
 * @property {string} transport
 * @property {string} [protocolVersion]
 * @property {number} createdAt
 * @property {number} lastActivityAt
 * @property {boolean} attached
 * @property {number} inFlight
 * @property {number} queuedBytes
 */
/** @typedef {Client & SessionState} Session */

/** @param {Client} client */
export function clientName({ client }) {
  return client?.title ?? client?.name ?? 'Unnamed client';
}

/** @param {Session['principal']} principal */
export function principalName({ subject, tenant }) {
  return tenant === undefined ? String(subject) : `${subject} of ${tenant}`;
}

/** @param {Client} client */
export function whoIs(client) {
  return `${clientName(client)}, ${principalName(client.principal)}`;
}

/**
 * The facts of a session, shown beside its messages.
 *
 * @param {Session | undefined} session
 */
export function sessionFacts(session) {
  if (!session) return [el('p', { className: 'hint' }, 'This session has ended, or you may not see it.')];
  const {
    transport,
    principal,
    client,
    protocolVersion,
    createdAt,
    lastActivityAt,
    attached,
    inFlight,
    queuedBytes,
  } = session;
  const now = Date.now();
  const facts = {
    Principal: principalName(principal),
    Issuer: principal.issuer,
    Client: [client?.name, client?.version].filter(Boolean).join(' ') || undefined,
    Transport: transport,
    Protocol: protocolVersion,
    Age: formatAge(now - createdAt),
    'Last message': `${formatAge(now - lastActivityAt)} ago`,
    Stream: attached ? 'open' : 'not open',
    'In flight': String(inFlight),
    Queue: formatBytes(queuedBytes),
  };
  const shown = Object.entries(facts).filter(([, fact]) => fact !== undefined);
  return [
    el(
      'dl',
      { className: 'facts' },
      shown.map(([name, fact]) => el('div', {}, el('dt', {}, name), el('dd', {}, fact))),
    ),
  ];
}

/** @param {Session} session */
export function sessionItem(session) {
  return [
    el('span', { className: 'name' }, clientName(session)),
    el('span', { className: 'note' }, principalName(session.principal)),
    el(
      'span',
      { className: 'tags' },
      tag(session.transport),
      tag(formatAge(Date.now() - session.createdAt)),
      session.inFlight > 0 && tag(`${session.inFlight} in flight`, 'good'),
      session.queuedBytes > 0 && tag(`${formatBytes(session.queuedBytes)} queued`, 'bad'),
      !session.attached && tag('no stream'),
    ),
  ];
}
