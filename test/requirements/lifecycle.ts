import type { Requirement } from './requirement.js';

/** https://modelcontextprotocol.io/specification/2025-11-25/basic/lifecycle */
export const LIFECYCLE: readonly Requirement[] = [
  {
    id: 'lifecycle/initialization-first',
    revision: '2025-11-25',
    page: 'basic/lifecycle',
    level: 'MUST',
    text: 'Initialization is the first exchange of a session (stdio; Streamable HTTP opens its sessions by it).',
    test: {
      file: 'test/e2e/stdio.e2e-spec.ts',
      name: 'answers only pings and unknown methods before the session is initialized',
    },
  },
  {
    id: 'lifecycle/initialization-first-sse',
    revision: '2025-11-25',
    page: 'basic/lifecycle',
    level: 'MUST',
    text: 'Initialization is the first exchange of a session of HTTP+SSE.',
    shortfall:
      "Meant: clients that reconnect without Last-Event-ID, as the SDK's do, get a new session and go on in it " +
      'without a new initialize. Refusing them would end every long-lived client at its first lost connection.',
  },
  {
    id: 'lifecycle/initialize-answer',
    revision: '2025-11-25',
    page: 'basic/lifecycle',
    level: 'MUST',
    text: 'Answer initialize with the capabilities and information of the server.',
    test: {
      file: 'test/e2e/protocol.e2e-spec.ts',
      name: 'negotiates a version, capabilities and instructions',
    },
  },
  {
    id: 'lifecycle/no-early-requests',
    revision: '2025-11-25',
    page: 'basic/lifecycle',
    level: 'SHOULD NOT',
    text: 'Send requests other than pings before the client is initialized.',
    test: {
      file: 'test/e2e/client-requests.wire.e2e-spec.ts',
      name: 'sends none before the client is initialized',
    },
  },
  {
    id: 'lifecycle/same-version',
    revision: '2025-11-25',
    page: 'basic/lifecycle',
    level: 'MUST',
    text: 'Answer with the revision that was asked for where it is served.',
    test: {
      file: 'test/e2e/protocol.wire.e2e-spec.ts',
      name: 'speaks the revision that the client asks for: %s',
    },
  },
  {
    id: 'lifecycle/other-version',
    revision: '2025-11-25',
    page: 'basic/lifecycle',
    level: 'MUST',
    text: 'Answer with another revision that is served where it is not.',
    test: {
      file: 'test/e2e/protocol.wire.e2e-spec.ts',
      name: 'speaks the newest revision if the client asks for an unsupported one',
    },
  },
  {
    id: 'lifecycle/latest-version',
    revision: '2025-11-25',
    page: 'basic/lifecycle',
    level: 'SHOULD',
    text: 'Let that other revision be the newest.',
    test: {
      file: 'test/e2e/protocol.wire.e2e-spec.ts',
      name: 'speaks the newest revision if the client asks for an unsupported one',
    },
  },
  {
    id: 'lifecycle/respect-version',
    revision: '2025-11-25',
    page: 'basic/lifecycle',
    level: 'MUST',
    text: 'Keep to the revision that was negotiated.',
    test: {
      file: 'test/e2e/streamable-http.e2e-spec.ts',
      name: 'not for clients of earlier revisions, which would take it for a message',
    },
  },
  {
    id: 'lifecycle/respect-capabilities',
    revision: '2025-11-25',
    page: 'basic/lifecycle',
    level: 'MUST',
    text: 'Use only capabilities that were negotiated.',
    test: {
      file: 'test/e2e/client-requests.wire.e2e-spec.ts',
      name: 'sends none for a capability that the client has not declared',
    },
  },
  {
    id: 'lifecycle/timeouts',
    revision: '2025-11-25',
    page: 'basic/lifecycle',
    level: 'SHOULD',
    text: 'Limit the time that a request of the server may take.',
    test: {
      file: 'test/e2e/client-requests.e2e-spec.ts',
      name: 'fails if the client does not answer in time',
    },
  },
  {
    id: 'lifecycle/cancel-on-timeout',
    revision: '2025-11-25',
    page: 'basic/lifecycle',
    level: 'SHOULD',
    text: 'Cancel a request whose time is over, and wait no more.',
    test: {
      file: 'test/e2e/client-requests.e2e-spec.ts',
      name: 'fails if the client does not answer in time',
    },
  },
  {
    id: 'lifecycle/timeout-per-request',
    revision: '2025-11-25',
    page: 'basic/lifecycle',
    level: 'SHOULD',
    text: 'Let the limit be set for each request.',
    test: {
      file: 'test/e2e/client-requests.e2e-spec.ts',
      name: 'fails if the client does not answer in time',
    },
  },
  {
    id: 'lifecycle/maximum-timeout',
    revision: '2025-11-25',
    page: 'basic/lifecycle',
    level: 'SHOULD',
    text: 'Keep a last limit whatever progress is told.',
    notApplicable: 'The library asks clients for no progress, and none extends the limit of a request.',
  },
  {
    id: 'lifecycle/errors',
    revision: '2025-11-25',
    page: 'basic/lifecycle',
    level: 'SHOULD',
    text: 'Be prepared for a version mismatch, missing capabilities and timeouts.',
    test: {
      file: 'test/e2e/client-requests.e2e-spec.ts',
      name: 'fails if the client does not answer in time',
    },
  },
];
