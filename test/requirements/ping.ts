import type { Requirement } from './requirement.js';

/** https://modelcontextprotocol.io/specification/2025-11-25/basic/utilities/ping */
export const PING: readonly Requirement[] = [
  {
    id: 'ping/answer',
    revision: '2025-11-25',
    page: 'basic/utilities/ping',
    level: 'MUST',
    text: 'Answer a ping at once, with an empty result.',
    test: {
      file: 'test/e2e/protocol.wire.e2e-spec.ts',
      name: 'answers a ping with an empty result, before it is initialized too',
    },
  },
  {
    id: 'ping/periodic',
    revision: '2025-11-25',
    page: 'basic/utilities/ping',
    level: 'SHOULD',
    text: 'Ping the other side from time to time.',
    shortfall:
      'Meant: comments each sse.heartbeatMs and the acknowledgements of TCP find lost connections without a message, ' +
      'and an answer to a ping would count as use and keep an idle session for ever (limits.idleMs).',
  },
  {
    id: 'ping/frequency',
    revision: '2025-11-25',
    page: 'basic/utilities/ping',
    level: 'SHOULD',
    text: 'Let the frequency of pings be configured.',
    notApplicable: 'The server sends no pings: see ping/periodic.',
  },
  {
    id: 'ping/timeout',
    revision: '2025-11-25',
    page: 'basic/utilities/ping',
    level: 'SHOULD',
    text: 'Let the time limit of a ping fit the network.',
    notApplicable: 'The server sends no pings: see ping/periodic.',
  },
  {
    id: 'ping/excessive',
    revision: '2025-11-25',
    page: 'basic/utilities/ping',
    level: 'SHOULD',
    text: 'Do not ping too much.',
    notApplicable: 'The server sends no pings: see ping/periodic.',
  },
  {
    id: 'ping/failure',
    revision: '2025-11-25',
    page: 'basic/utilities/ping',
    level: 'SHOULD',
    text: 'Take a ping without an answer for a lost connection.',
    notApplicable: 'The server sends no pings: see ping/periodic.',
  },
  {
    id: 'ping/log-failure',
    revision: '2025-11-25',
    page: 'basic/utilities/ping',
    level: 'SHOULD',
    text: 'Log pings that fail.',
    notApplicable: 'The server sends no pings: see ping/periodic.',
  },
];
