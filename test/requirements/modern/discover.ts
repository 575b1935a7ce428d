import type { Requirement } from '../requirement.js';

/** https://modelcontextprotocol.io/specification/2026-07-28/server/discover */
export const MODERN_DISCOVER: readonly Requirement[] = [
  {
    id: 'modern/discover/implemented',
    revision: '2026-07-28',
    page: 'server/discover',
    level: 'MUST',
    text: 'Serve server/discover.',
    test: {
      file: 'test/e2e/modern.transport.e2e-spec.ts',
      name: 'reads in the result of %s its type and the server',
    },
  },
  {
    id: 'modern/discover/server-info',
    revision: '2026-07-28',
    page: 'server/discover',
    level: 'SHOULD',
    text: 'Name the server in its result.',
    test: {
      file: 'test/e2e/modern.transport.e2e-spec.ts',
      name: 'reads in the result of %s its type and the server',
    },
  },
];
