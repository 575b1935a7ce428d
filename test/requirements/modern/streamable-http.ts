import type { Requirement } from '../requirement.js';

/** https://modelcontextprotocol.io/specification/2026-07-28/basic/transports/streamable-http */
export const MODERN_HTTP: readonly Requirement[] = [
  {
    id: 'modern/http/one-endpoint',
    revision: '2026-07-28',
    page: 'basic/transports/streamable-http',
    level: 'MUST',
    text: 'Serve POST on one path.',
    test: {
      file: 'test/e2e/modern.transport.e2e-spec.ts',
      name: 'gets JSON, or with notifications a stream without ids that ends with its response',
    },
  },
  {
    id: 'modern/http/origin',
    revision: '2026-07-28',
    page: 'basic/transports/streamable-http',
    level: 'MUST',
    text: 'Check the Origin header of every incoming connection.',
    test: { file: 'test/e2e/modern.refusals.e2e-spec.ts', name: 'gets 403 from a page of a foreign origin' },
  },
  {
    id: 'modern/http/origin-403',
    revision: '2026-07-28',
    page: 'basic/transports/streamable-http',
    level: 'MUST',
    text: 'Answer 403 to an Origin that is present and not valid.',
    test: { file: 'test/e2e/modern.refusals.e2e-spec.ts', name: 'gets 403 from a page of a foreign origin' },
  },
  {
    id: 'modern/http/localhost',
    revision: '2026-07-28',
    page: 'basic/transports/streamable-http',
    level: 'SHOULD',
    text: 'Listen on the loopback address alone when running locally.',
    notApplicable:
      'The application calls listen(); without authentication the library refuses other than loopback connections.',
  },
  {
    id: 'modern/http/authentication',
    revision: '2026-07-28',
    page: 'basic/transports/streamable-http',
    level: 'SHOULD',
    text: 'Authenticate every connection.',
    test: { file: 'test/e2e/attacks.tokens.e2e-spec.ts', name: '%s is refused on every route' },
  },
  {
    id: 'modern/http/accepted',
    revision: '2026-07-28',
    page: 'basic/transports/streamable-http',
    level: 'MUST',
    text: 'Answer 202 without a body to a notification that is accepted.',
    test: {
      file: 'test/e2e/modern.transport.e2e-spec.ts',
      name: 'is no notification: these get 202 without a body',
    },
  },
  {
    id: 'modern/http/not-accepted',
    revision: '2026-07-28',
    page: 'basic/transports/streamable-http',
    level: 'MUST',
    text: 'Answer an HTTP error to a notification that cannot be accepted.',
    test: {
      file: 'test/e2e/modern.refusals.e2e-spec.ts',
      name: 'gets -32700 without an id for a body that is not JSON',
    },
  },
  {
    id: 'modern/http/answer-type',
    revision: '2026-07-28',
    page: 'basic/transports/streamable-http',
    level: 'MUST',
    text: 'Answer a request with one JSON object or an event stream.',
    test: {
      file: 'test/e2e/modern.transport.e2e-spec.ts',
      name: 'gets JSON, or with notifications a stream without ids that ends with its response',
    },
  },
  {
    id: 'modern/http/related',
    revision: '2026-07-28',
    page: 'basic/transports/streamable-http',
    level: 'MUST',
    text: 'Send on a stream only notifications that relate to its request.',
    test: {
      file: 'test/fuzz/modern.fuzz-spec.ts',
      name: 'random traffic of revision 2026-07-28 gets one legal answer to each request, and leaves nothing behind',
    },
  },
  {
    id: 'modern/http/no-requests',
    revision: '2026-07-28',
    page: 'basic/transports/streamable-http',
    level: 'MUST NOT',
    text: 'Send requests on a stream.',
    test: {
      file: 'test/fuzz/modern.fuzz-spec.ts',
      name: 'random traffic of revision 2026-07-28 gets one legal answer to each request, and leaves nothing behind',
    },
  },
  {
    id: 'modern/http/end-after-response',
    revision: '2026-07-28',
    page: 'basic/transports/streamable-http',
    level: 'SHOULD',
    text: 'End the stream with the response.',
    test: {
      file: 'test/e2e/modern.transport.e2e-spec.ts',
      name: 'gets JSON, or with notifications a stream without ids that ends with its response',
    },
  },
  {
    id: 'modern/http/no-buffering',
    revision: '2026-07-28',
    page: 'basic/transports/streamable-http',
    level: 'SHOULD',
    text: 'Send X-Accel-Buffering: no with a stream.',
    test: {
      file: 'test/e2e/modern.transport.e2e-spec.ts',
      name: 'gets JSON, or with notifications a stream without ids that ends with its response',
    },
  },
  {
    id: 'modern/http/disconnect',
    revision: '2026-07-28',
    page: 'basic/transports/streamable-http',
    level: 'MUST',
    text: 'Take a closed response for the cancellation of its request.',
    test: {
      file: 'test/e2e/modern.transport.e2e-spec.ts',
      name: 'is cancelled when its client leaves, having read something: %s',
    },
  },
  {
    id: 'modern/http/disconnect-stop',
    revision: '2026-07-28',
    page: 'basic/transports/streamable-http',
    level: 'SHOULD',
    text: 'Stop the work on it.',
    test: {
      file: 'test/e2e/modern.transport.e2e-spec.ts',
      name: 'is cancelled when its client leaves, having read something: %s',
    },
  },
  {
    id: 'modern/http/disconnect-silence',
    revision: '2026-07-28',
    page: 'basic/transports/streamable-http',
    level: 'MUST NOT',
    text: 'Send anything more for it.',
    test: {
      file: 'test/e2e/modern.transport.e2e-spec.ts',
      name: 'is cancelled when its client leaves, having read something: %s',
    },
  },
  {
    id: 'modern/http/get-delete',
    revision: '2026-07-28',
    page: 'basic/transports/streamable-http',
    level: 'SHOULD',
    text: 'Answer 405 to GET and DELETE where only this revision is served.',
    test: {
      file: 'test/e2e/modern.eras.e2e-spec.ts',
      name: 'without the legacy one refuses GET, DELETE and initialize, and names the versions that it serves',
    },
  },
  {
    id: 'modern/http/session-header',
    revision: '2026-07-28',
    page: 'basic/transports/streamable-http',
    level: 'SHOULD',
    text: 'Ignore an Mcp-Session-Id, and send none.',
    test: {
      file: 'test/e2e/modern.transport.e2e-spec.ts',
      name: 'ignores a session and an event id, and opens no session',
    },
  },
  {
    id: 'modern/http/last-event-id',
    revision: '2026-07-28',
    page: 'basic/transports/streamable-http',
    level: 'SHOULD',
    text: 'Ignore a Last-Event-ID.',
    test: {
      file: 'test/e2e/modern.transport.e2e-spec.ts',
      name: 'ignores a session and an event id, and opens no session',
    },
  },
];
