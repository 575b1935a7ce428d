import type { Requirement } from './requirement.js';

/** https://modelcontextprotocol.io/specification/2024-11-05/basic/transports */
export const HTTP_SSE: readonly Requirement[] = [
  {
    id: 'transports/http-sse/origin',
    revision: '2024-11-05',
    page: 'basic/transports',
    level: 'MUST',
    text: 'Check the Origin header of every incoming connection.',
    test: {
      file: 'test/e2e/bad-input.requests.e2e-spec.ts',
      name: 'refuse a page of a foreign origin with 403, whatever its method',
    },
  },
  {
    id: 'transports/http-sse/localhost',
    revision: '2024-11-05',
    page: 'basic/transports',
    level: 'SHOULD',
    text: 'Listen on the loopback address alone when running locally.',
    notApplicable:
      'The application calls listen(); without authentication the library refuses other than loopback connections.',
  },
  {
    id: 'transports/http-sse/authentication',
    revision: '2024-11-05',
    page: 'basic/transports',
    level: 'SHOULD',
    text: 'Authenticate every connection.',
    test: { file: 'test/e2e/attacks.tokens.e2e-spec.ts', name: '%s is refused on every route' },
  },
  {
    id: 'transports/http-sse/two-endpoints',
    revision: '2024-11-05',
    page: 'basic/transports',
    level: 'MUST',
    text: 'Offer one endpoint for the event stream and one for posted messages.',
    test: {
      file: 'test/e2e/calls.e2e-spec.ts',
      name: 'gives every event but comments an id of the session, the endpoint first',
    },
  },
  {
    id: 'transports/http-sse/endpoint-event',
    revision: '2024-11-05',
    page: 'basic/transports',
    level: 'MUST',
    text: 'Send an endpoint event with the URI for messages on connection.',
    test: {
      file: 'test/e2e/calls.e2e-spec.ts',
      name: 'gives every event but comments an id of the session, the endpoint first',
    },
  },
  {
    id: 'transports/http-sse/post-to-endpoint',
    revision: '2024-11-05',
    page: 'basic/transports',
    level: 'MUST',
    text: 'Messages of the client come by POST to that endpoint.',
    test: { file: 'test/e2e/bad-input.requests.e2e-spec.ts', name: 'answer 405 to %s %s and allow %s' },
  },
];
