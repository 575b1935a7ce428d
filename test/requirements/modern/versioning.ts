import type { Requirement } from '../requirement.js';

/** https://modelcontextprotocol.io/specification/2026-07-28/basic/versioning */
export const MODERN_VERSIONING: readonly Requirement[] = [
  {
    id: 'modern/versioning/unsupported',
    revision: '2026-07-28',
    page: 'basic/versioning',
    level: 'MUST',
    text: 'Answer -32022 with the versions that are served to one that is not.',
    test: { file: 'test/e2e/modern.refusals.e2e-spec.ts', name: 'gets the error for %s' },
  },
  {
    id: 'modern/versioning/discover',
    revision: '2026-07-28',
    page: 'basic/versioning',
    level: 'MUST',
    text: 'Serve server/discover.',
    test: {
      file: 'test/e2e/modern.transport.e2e-spec.ts',
      name: 'reads in the result of %s its type and the server',
    },
  },
  {
    id: 'modern/versioning/extension-names',
    revision: '2026-07-28',
    page: 'basic/versioning',
    level: 'MUST',
    text: 'Name extensions as keys of _meta, with a prefix.',
    notApplicable: 'The library declares no extensions.',
  },
  {
    id: 'modern/versioning/extension-fallback',
    revision: '2026-07-28',
    page: 'basic/versioning',
    level: 'MUST',
    text: 'Do without an extension that only one side has, or refuse the request.',
    notApplicable: 'The library declares no extensions.',
  },
  {
    id: 'modern/versioning/initialize',
    revision: '2026-07-28',
    page: 'basic/versioning',
    level: 'SHOULD',
    text: 'Name the versions that are served in the answer to initialize where no other revision is.',
    test: {
      file: 'test/e2e/modern.eras.e2e-spec.ts',
      name: 'without the legacy one refuses GET, DELETE and initialize, and names the versions that it serves',
    },
  },
];
