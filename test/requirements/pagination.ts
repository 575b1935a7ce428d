import type { Requirement } from './requirement.js';

/** https://modelcontextprotocol.io/specification/2025-11-25/server/utilities/pagination */
export const PAGINATION: readonly Requirement[] = [
  {
    id: 'pagination/stable',
    revision: '2025-11-25',
    page: 'server/utilities/pagination',
    level: 'SHOULD',
    text: 'Give cursors that stay valid.',
    test: {
      file: 'test/e2e/protocol.e2e-spec.ts',
      name: 'returns lists in pages, and refuses unknown cursors',
    },
  },
  {
    id: 'pagination/graceful',
    revision: '2025-11-25',
    page: 'server/utilities/pagination',
    level: 'SHOULD',
    text: 'Bear cursors that are not valid.',
    test: {
      file: 'test/e2e/protocol.e2e-spec.ts',
      name: 'returns lists in pages, and refuses unknown cursors',
    },
  },
  {
    id: 'pagination/invalid',
    revision: '2025-11-25',
    page: 'server/utilities/pagination',
    level: 'SHOULD',
    text: 'Answer -32602 to a cursor that is not valid.',
    test: {
      file: 'test/e2e/protocol.e2e-spec.ts',
      name: 'returns lists in pages, and refuses unknown cursors',
    },
  },
];
