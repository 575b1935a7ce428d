import type { Requirement } from './requirement.js';

/** https://modelcontextprotocol.io/specification/2025-11-25/basic/transports */
export const STREAMABLE_HTTP: readonly Requirement[] = [
  {
    id: 'transports/http/one-endpoint',
    revision: '2025-11-25',
    page: 'basic/transports',
    level: 'MUST',
    text: 'Serve POST and GET on one path.',
    test: {
      file: 'test/e2e/streamable-http-sessions.e2e-spec.ts',
      name: 'gets messages that belong to no request, also those sent before it was opened',
    },
  },
  {
    id: 'transports/http/origin',
    revision: '2025-11-25',
    page: 'basic/transports',
    level: 'MUST',
    text: 'Check the Origin header of every incoming connection.',
    test: {
      file: 'test/e2e/bad-input.requests.e2e-spec.ts',
      name: 'refuse a page of a foreign origin with 403, whatever its method',
    },
  },
  {
    id: 'transports/http/origin-403',
    revision: '2025-11-25',
    page: 'basic/transports',
    level: 'MUST',
    text: 'Answer 403 to an Origin that is present and not valid.',
    test: {
      file: 'test/e2e/bad-input.requests.e2e-spec.ts',
      name: 'refuse a page of a foreign origin with 403, whatever its method',
    },
  },
  {
    id: 'transports/http/localhost',
    revision: '2025-11-25',
    page: 'basic/transports',
    level: 'SHOULD',
    text: 'Listen on the loopback address alone when running locally.',
    notApplicable:
      'The application calls listen(); without authentication the library refuses other than loopback connections.',
  },
  {
    id: 'transports/http/authentication',
    revision: '2025-11-25',
    page: 'basic/transports',
    level: 'SHOULD',
    text: 'Authenticate every connection.',
    test: { file: 'test/e2e/attacks.tokens.e2e-spec.ts', name: '%s is refused on every route' },
  },
  {
    id: 'transports/http/accepted',
    revision: '2025-11-25',
    page: 'basic/transports',
    level: 'MUST',
    text: 'Answer 202 without a body to a notification or response that is accepted.',
    test: { file: 'test/e2e/streamable-http.e2e-spec.ts', name: 'is 202 to notifications and responses' },
  },
  {
    id: 'transports/http/not-accepted',
    revision: '2025-11-25',
    page: 'basic/transports',
    level: 'MUST',
    text: 'Answer an HTTP error to a notification or response that cannot be accepted.',
    test: {
      file: 'test/e2e/streamable-http.e2e-spec.ts',
      name: 'is 400 to a body that is not a message, and 415 to a body that is not JSON',
    },
  },
  {
    id: 'transports/http/answer-type',
    revision: '2025-11-25',
    page: 'basic/transports',
    level: 'MUST',
    text: 'Answer a request with an event stream or with one JSON object.',
    test: {
      file: 'test/e2e/streamable-http.e2e-spec.ts',
      name: 'is a stream from the first notification on',
    },
  },
  {
    id: 'transports/http/priming',
    revision: '2025-11-25',
    page: 'basic/transports',
    level: 'SHOULD',
    text: 'Begin a stream with an event of an id and empty data.',
    test: {
      file: 'test/e2e/streamable-http.e2e-spec.ts',
      name: 'from 2025-11-25 on, with the configured retry time',
    },
  },
  {
    id: 'transports/http/retry',
    revision: '2025-11-25',
    page: 'basic/transports',
    level: 'SHOULD',
    text: 'Send a retry field before closing a connection whose stream goes on.',
    test: {
      file: 'test/e2e/streamable-http-streams.e2e-spec.ts',
      name: 'tell the client when to reconnect, by the option or by the tool',
    },
  },
  {
    id: 'transports/http/response-on-stream',
    revision: '2025-11-25',
    page: 'basic/transports',
    level: 'SHOULD',
    text: 'Send the response at some time on the stream of its request.',
    test: {
      file: 'test/e2e/streamable-http.e2e-spec.ts',
      name: 'is a stream when the answer takes long',
    },
  },
  {
    id: 'transports/http/related',
    revision: '2025-11-25',
    page: 'basic/transports',
    level: 'SHOULD',
    text: 'Send on the stream of a request only what relates to it.',
    test: {
      file: 'test/e2e/streamable-http-sessions.e2e-spec.ts',
      name: 'gets no messages of requests',
    },
  },
  {
    id: 'transports/http/end-after-response',
    revision: '2025-11-25',
    page: 'basic/transports',
    level: 'SHOULD',
    text: 'End the stream once the response has been sent.',
    test: {
      file: 'test/e2e/streamable-http.e2e-spec.ts',
      name: 'is a stream when the answer takes long',
    },
  },
  {
    id: 'transports/http/disconnection',
    revision: '2025-11-25',
    page: 'basic/transports',
    level: 'SHOULD NOT',
    text: 'Take a lost connection for a cancellation.',
    test: {
      file: 'test/e2e/streamable-http-calls.e2e-spec.ts',
      name: 'of clients that left, though their requests continue and get their answers',
    },
  },
  {
    id: 'transports/http/cancel-explicitly',
    revision: '2025-11-25',
    page: 'basic/transports',
    level: 'SHOULD',
    text: 'The one who gives up a request says so by a notification.',
    test: {
      file: 'test/e2e/streamable-http-calls.e2e-spec.ts',
      name: "cancel the server's requests to the client too",
    },
  },
  {
    id: 'transports/http/get',
    revision: '2025-11-25',
    page: 'basic/transports',
    level: 'MUST',
    text: 'Answer a GET with an event stream, or with 405.',
    test: { file: 'test/e2e/streamable-http-sessions.e2e-spec.ts', name: 'refuses GET and DELETE' },
  },
  {
    id: 'transports/http/get-unrelated',
    revision: '2025-11-25',
    page: 'basic/transports',
    level: 'SHOULD',
    text: 'Send on the GET stream what relates to no request in flight.',
    test: {
      file: 'test/e2e/streamable-http-sessions.e2e-spec.ts',
      name: 'gets no messages of requests',
    },
  },
  {
    id: 'transports/http/get-no-response',
    revision: '2025-11-25',
    page: 'basic/transports',
    level: 'MUST NOT',
    text: 'Send no response on a GET stream that resumes no other.',
    test: {
      file: 'test/e2e/streamable-http-sessions.e2e-spec.ts',
      name: 'gets no messages of requests',
    },
  },
  {
    id: 'transports/http/get-retry',
    revision: '2025-11-25',
    page: 'basic/transports',
    level: 'SHOULD',
    text: 'Send a retry field before closing the connection of a GET stream that goes on.',
    notApplicable:
      'The library closes no GET connection whose stream goes on: a newer GET takes its place, or the session ends.',
  },
  {
    id: 'transports/http/one-stream',
    revision: '2025-11-25',
    page: 'basic/transports',
    level: 'MUST',
    text: 'Send each message on one stream only.',
    test: {
      file: 'test/e2e/streamable-http-calls.e2e-spec.ts',
      name: 'ask on their stream, get the answer by a separate POST, and continue',
    },
  },
  {
    id: 'transports/http/no-broadcast',
    revision: '2025-11-25',
    page: 'basic/transports',
    level: 'MUST NOT',
    text: 'Send the same message on several streams.',
    test: {
      file: 'test/e2e/streamable-http-calls.e2e-spec.ts',
      name: 'ask on their stream, get the answer by a separate POST, and continue',
    },
  },
];
