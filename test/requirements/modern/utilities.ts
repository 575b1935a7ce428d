import type { Requirement } from '../requirement.js';

/** https://modelcontextprotocol.io/specification/2026-07-28/server/utilities/caching */
export const MODERN_CACHING: readonly Requirement[] = [
  {
    id: 'modern/caching/hints',
    revision: '2026-07-28',
    page: 'server/utilities/caching',
    level: 'MUST',
    text: 'Send caching hints with server/discover, lists and reads.',
    test: {
      file: 'test/e2e/modern.caching.e2e-spec.ts',
      name: 'say by default that nothing is fresh or shared',
    },
  },
  {
    id: 'modern/caching/ttl',
    revision: '2026-07-28',
    page: 'server/utilities/caching',
    level: 'MUST',
    text: 'Send a time to live that is not negative.',
    test: {
      file: 'test/e2e/modern.caching.e2e-spec.ts',
      name: "are the module's for server/discover, lists and reads, and a resource's own for its reads",
    },
  },
  {
    id: 'modern/caching/pages',
    revision: '2026-07-28',
    page: 'server/utilities/caching',
    level: 'MUST',
    text: 'Give all pages of a list one scope.',
    test: {
      file: 'test/e2e/modern.caching.e2e-spec.ts',
      name: 'are private for lists that roles or scopes filter, for everyone and on each page',
    },
  },
  {
    id: 'modern/caching/pages-private',
    revision: '2026-07-28',
    page: 'server/utilities/caching',
    level: 'MUST',
    text: 'Keep each page after a private one private.',
    test: {
      file: 'test/e2e/modern.caching.e2e-spec.ts',
      name: 'are private for lists that roles or scopes filter, for everyone and on each page',
    },
  },
  {
    id: 'modern/caching/public',
    revision: '2026-07-28',
    page: 'server/utilities/caching',
    level: 'MUST',
    text: 'Know that public results may be shared between callers.',
    test: {
      file: 'test/e2e/modern.caching.e2e-spec.ts',
      name: 'are private where requests are authenticated, but for equal lists and what is marked public',
    },
  },
  {
    id: 'modern/caching/access',
    revision: '2026-07-28',
    page: 'server/utilities/caching',
    level: 'MUST',
    text: 'Control the access to each feature.',
    test: {
      file: 'test/e2e/pipeline.guards.e2e-spec.ts',
      name: 'that refuse keep the handler from being called',
    },
  },
  {
    id: 'modern/caching/scope-alone',
    revision: '2026-07-28',
    page: 'server/utilities/caching',
    level: 'MUST NOT',
    text: 'Rely on the scope alone to protect something.',
    test: { file: 'test/e2e/modern.caching.e2e-spec.ts', name: 'are private for all that a policy decides' },
  },
  {
    id: 'modern/caching/answered',
    revision: '2026-07-28',
    page: 'server/utilities/caching',
    level: 'MUST NOT',
    text: 'Allow that a result is kept after the client has answered questions for it.',
    test: {
      file: 'test/e2e/modern.caching.e2e-spec.ts',
      name: 'are not on calls, errors and questions, and allow nothing once the user has answered',
    },
  },
];

/** https://modelcontextprotocol.io/specification/2026-07-28/server/utilities/logging */
export const MODERN_LOGGING: readonly Requirement[] = [
  {
    id: 'modern/logging/capability',
    revision: '2026-07-28',
    page: 'server/utilities/logging',
    level: 'MUST',
    text: 'Declare the capability logging.',
    test: {
      file: 'test/e2e/modern.transport.e2e-spec.ts',
      name: 'reads in the result of %s its type and the server',
    },
  },
  {
    id: 'modern/logging/asked-only',
    revision: '2026-07-28',
    page: 'server/utilities/logging',
    level: 'MUST NOT',
    text: 'Send logs for a request that names no level.',
    test: { file: 'test/e2e/modern.transport.e2e-spec.ts', name: 'reads the logs that it asks for: %s' },
  },
  {
    id: 'modern/logging/own-stream',
    revision: '2026-07-28',
    page: 'server/utilities/logging',
    level: 'MUST NOT',
    text: 'Send logs on the stream of another request.',
    test: {
      file: 'test/fuzz/modern.fuzz-spec.ts',
      name: 'random traffic of revision 2026-07-28 gets one legal answer to each request, and leaves nothing behind',
    },
  },
  {
    id: 'modern/logging/level',
    revision: '2026-07-28',
    page: 'server/utilities/logging',
    level: 'SHOULD',
    text: 'Answer -32602 to an unknown level.',
    test: { file: 'test/e2e/modern.refusals.e2e-spec.ts', name: 'gets the error for %s' },
  },
  {
    id: 'modern/logging/rate-limit',
    revision: '2026-07-28',
    page: 'server/utilities/logging',
    level: 'SHOULD',
    text: 'Limit the rate of logs.',
    shortfall: 'Handlers log as often as they like; a slow reader is disconnected.',
  },
  {
    id: 'modern/logging/secrets',
    revision: '2026-07-28',
    page: 'server/utilities/logging',
    level: 'MUST NOT',
    text: 'Log secrets to the client.',
    notApplicable: 'Handlers write these logs.',
  },
];

/** https://modelcontextprotocol.io/specification/2026-07-28/server/utilities/pagination */
export const MODERN_PAGINATION: readonly Requirement[] = [
  {
    id: 'modern/pagination/stable',
    revision: '2026-07-28',
    page: 'server/utilities/pagination',
    level: 'SHOULD',
    text: 'Have stable cursors.',
    test: {
      file: 'test/e2e/modern.lists.e2e-spec.ts',
      name: 'have the same order and the same cursors on each node, whatever it found first',
    },
  },
  {
    id: 'modern/pagination/invalid',
    revision: '2026-07-28',
    page: 'server/utilities/pagination',
    level: 'SHOULD',
    text: 'Cope with cursors that are invalid.',
    test: {
      file: 'test/e2e/modern.lists.e2e-spec.ts',
      name: 'refuse a cursor once they have changed, as the next page would repeat or skip a tool',
    },
  },
  {
    id: 'modern/pagination/invalid-code',
    revision: '2026-07-28',
    page: 'server/utilities/pagination',
    level: 'SHOULD',
    text: 'Answer -32602 to them.',
    test: { file: 'test/e2e/modern.refusals.e2e-spec.ts', name: 'gets the error for %s' },
  },
];

/** https://modelcontextprotocol.io/specification/2026-07-28/server/utilities/completion */
export const MODERN_COMPLETION: readonly Requirement[] = [
  {
    id: 'modern/completion/capability',
    revision: '2026-07-28',
    page: 'server/utilities/completion',
    level: 'MUST',
    text: 'Declare the capability completions.',
    test: {
      file: 'test/e2e/modern.transport.e2e-spec.ts',
      name: 'reads in the result of %s its type and the server',
    },
  },
];
