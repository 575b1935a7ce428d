import type { Requirement } from './requirement.js';

/** https://modelcontextprotocol.io/specification/2025-11-25/basic/transports */
export const STREAMABLE_HTTP_SESSIONS: readonly Requirement[] = [
  {
    id: 'transports/http/event-id-unique',
    revision: '2025-11-25',
    page: 'basic/transports',
    level: 'MUST',
    text: 'Give no event id twice within a session.',
    test: {
      file: 'test/e2e/streamable-http.e2e-spec.ts',
      name: 'never with the id of another event',
    },
  },
  {
    id: 'transports/http/event-id-stream',
    revision: '2025-11-25',
    page: 'basic/transports',
    level: 'SHOULD',
    text: 'Let the event id tell which stream it is of.',
    test: {
      file: 'test/e2e/streamable-http-calls.e2e-spec.ts',
      name: 'get only the events of their own stream when resumed',
    },
  },
  {
    id: 'transports/http/replay-own-stream',
    revision: '2025-11-25',
    page: 'basic/transports',
    level: 'MUST NOT',
    text: 'Replay what belonged to another stream.',
    test: {
      file: 'test/e2e/streamable-http-calls.e2e-spec.ts',
      name: 'get only the events of their own stream when resumed',
    },
  },
  {
    id: 'transports/http/session-id-secure',
    revision: '2025-11-25',
    page: 'basic/transports',
    level: 'SHOULD',
    text: 'Make session ids unique and impossible to guess.',
    test: {
      file: 'test/e2e/streamable-http-sessions.e2e-spec.ts',
      name: 'is named by the answer to initialize, and required from then on',
    },
  },
  {
    id: 'transports/http/session-id-ascii',
    revision: '2025-11-25',
    page: 'basic/transports',
    level: 'MUST',
    text: 'Use visible ASCII characters only in session ids.',
    test: {
      file: 'test/e2e/streamable-http-sessions.e2e-spec.ts',
      name: 'is named by the answer to initialize, and required from then on',
    },
  },
  {
    id: 'transports/http/session-id-missing',
    revision: '2025-11-25',
    page: 'basic/transports',
    level: 'SHOULD',
    text: 'Answer 400 to a request that lacks the session id.',
    test: {
      file: 'test/e2e/streamable-http-sessions.e2e-spec.ts',
      name: 'is named by the answer to initialize, and required from then on',
    },
  },
  {
    id: 'transports/http/session-ended',
    revision: '2025-11-25',
    page: 'basic/transports',
    level: 'MUST',
    text: 'Answer 404 to the id of a session that has ended.',
    test: {
      file: 'test/e2e/streamable-http-sessions.e2e-spec.ts',
      name: 'ends with DELETE: its requests are answered, its streams end, and its id is unknown',
    },
  },
  {
    id: 'transports/http/version-unsaid',
    revision: '2025-11-25',
    page: 'basic/transports',
    level: 'SHOULD',
    text: 'Assume 2025-03-26 where nothing tells the revision.',
    test: {
      file: 'test/e2e/streamable-http.e2e-spec.ts',
      name: 'treats a request without a revision and a session as one of 2025-03-26',
    },
  },
  {
    id: 'transports/http/version-not-served',
    revision: '2025-11-25',
    page: 'basic/transports',
    level: 'MUST',
    text: 'Answer 400 to a revision that is not served.',
    test: {
      file: 'test/e2e/streamable-http-sessions.e2e-spec.ts',
      name: 'that is unsupported gets 400 on every method',
    },
  },
];
